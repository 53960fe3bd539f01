package perf

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// phase is a value for a while.
type phase struct {
	value float64
	lasts time.Duration
}

// phases follow each other, and begin again after the last.
type phases []phase

// at is the value a time after the beginning, and how long it still lasts.
func (p phases) at(since time.Duration) (value float64, left time.Duration) {
	var all time.Duration
	for _, x := range p {
		all += x.lasts
	}
	since %= all
	for _, x := range p {
		if since < x.lasts {
			return x.value, x.lasts - since
		}
		since -= x.lasts
	}
	return 0, 0 // not reached: since is less than all of them
}

// extremes are the smallest and the largest value.
func (p phases) extremes() (least, most float64) {
	least = p[0].value
	for _, x := range p {
		least, most = min(least, x.value), max(most, x.value)
	}
	return least, most
}

// variable is a flag of phases, given again for each: VALUE:SECONDS.
type variable struct {
	to  *phases
	max float64
}

// Set implements flag.Value.
func (v variable) Set(s string) error {
	text, seconds, _ := strings.Cut(s, ":")
	value, err := strconv.ParseUint(text, 10, 63)
	lasts, err2 := strconv.ParseUint(seconds, 10, 63)
	if err != nil || err2 != nil || float64(value) > v.max || lasts == 0 || float64(lasts) > maxTime.Seconds() {
		return fmt.Errorf("want VALUE:SECONDS, with a value of at most %.0f", v.max)
	}
	*v.to = append(*v.to, phase{float64(value), time.Duration(lasts) * time.Second})
	return nil
}

// String implements flag.Value.
func (variable) String() string { return "" }
