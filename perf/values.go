package perf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// number is a flag that is a whole number within bounds.
type number struct {
	to       *int
	min, max int
}

// Set implements flag.Value.
func (v number) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < v.min || n > v.max {
		return fmt.Errorf("want a number from %d to %d", v.min, v.max)
	}
	*v.to = n
	return nil
}

// String implements flag.Value.
func (v number) String() string {
	if v.to == nil { // as the flag package asks
		return ""
	}
	return strconv.Itoa(*v.to)
}

// text is a flag of any text, or of some words.
type text struct {
	to    *string
	words []string // nil for any
}

// Set implements flag.Value.
func (v text) Set(s string) error {
	if v.words != nil && !slices.Contains(v.words, s) {
		return fmt.Errorf("want one of %s", strings.Join(v.words, ", "))
	}
	if len(s) > 255 {
		return fmt.Errorf("longer than 255 bytes")
	}
	*v.to = s
	return nil
}

// String implements flag.Value.
func (v text) String() string {
	if v.to == nil {
		return ""
	}
	return *v.to
}

// toggle is a flag without a value.
type toggle struct{ to *bool }

// Set implements flag.Value.
func (v toggle) Set(s string) error { return boolean(v).Set(s) }

// String implements flag.Value.
func (v toggle) String() string { return boolean(v).String() }

// IsBoolFlag lets the flag package take it without a value.
func (toggle) IsBoolFlag() bool { return true }

// boolean is a flag with the value true or false.
type boolean struct{ to *bool }

// Set implements flag.Value.
func (v boolean) Set(s string) (err error) {
	if *v.to, err = strconv.ParseBool(s); err != nil {
		return fmt.Errorf("want true or false")
	}
	return nil
}

// String implements flag.Value.
func (v boolean) String() string {
	if v.to == nil {
		return ""
	}
	return strconv.FormatBool(*v.to)
}

// rate is a flag of so many a second.
type rate struct{ to *float64 }

// Set implements flag.Value.
func (v rate) Set(s string) error {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0 && f <= maxRate) {
		return fmt.Errorf("want a number from 0 to %g", float64(maxRate))
	}
	*v.to = f
	return nil
}

// String implements flag.Value.
func (v rate) String() string {
	if v.to == nil {
		return ""
	}
	return strconv.FormatFloat(*v.to, 'g', -1, 64)
}

// duration is a flag of seconds, or of a duration as Go writes it.
type duration struct {
	to  *time.Duration
	min time.Duration
}

// Set implements flag.Value.
func (v duration) Set(s string) error {
	d, err := time.ParseDuration(s)
	if f, ferr := strconv.ParseFloat(s, 64); ferr == nil {
		d, err = time.Duration(min(f, maxTime.Seconds()+1)*float64(time.Second)), nil
	}
	if err != nil || d < v.min || d > maxTime {
		return fmt.Errorf("want seconds, or a duration such as 1m30s")
	}
	*v.to = d
	return nil
}

// String implements flag.Value.
func (v duration) String() string {
	if v.to == nil || *v.to == 0 {
		return ""
	}
	return v.to.String()
}

// flags is the flag of what messages are.
type flags struct{ persistent, mandatory *bool }

// Set implements flag.Value.
func (v flags) Set(s string) error {
	for word := range strings.SplitSeq(s, ",") {
		switch word {
		case "persistent":
			*v.persistent = true
		case "mandatory":
			*v.mandatory = true
		default:
			return fmt.Errorf("want persistent or mandatory")
		}
	}
	return nil
}

// String implements flag.Value.
func (flags) String() string { return "" }

// table is a flag of arguments: key=value,…
type table struct{ to *amqp.Table }

// Set implements flag.Value. A value that reads as a number is one, and true
// and false are what they say.
func (v table) Set(s string) error {
	for pair := range strings.SplitSeq(s, ",") {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return fmt.Errorf("want key=value,…")
		}
		if *v.to == nil {
			*v.to = amqp.Table{}
		}
		(*v.to)[key] = argument(value)
	}
	return v.to.Check()
}

func argument(s string) any {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	if s == "true" || s == "false" {
		return s == "true"
	}
	return s
}

// String implements flag.Value.
func (table) String() string { return "" }
