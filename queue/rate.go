package queue

import (
	"strconv"
	"strings"
)

// Rate is a limit on how much may be consumed: N in any WindowMs.
type Rate struct {
	N        int64
	WindowMs int64
	Cost     string // the header that says what a message costs; "" each costs 1
}

// maxRates is how many rates may hold together.
const maxRates = 8

// unitsMs are the units of a window, the longer name first where one begins
// with the other.
var unitsMs = []struct {
	name string
	ms   int64
}{{"ms", 1}, {"s", 1000}, {"m", 60_000}, {"h", 3_600_000}, {"d", 86_400_000}}

// ParseRates reads rates that are separated by commas, each of which is a
// number, a slash, a time, and perhaps the header that has the cost of a
// message: "60/1m, 90000/1m cost=tokens". ok is false when text is none.
func ParseRates(text string) (rates []Rate, ok bool) {
	parts := strings.Split(text, ",")
	if len(parts) > maxRates {
		return nil, false
	}
	for _, p := range parts {
		r, ok := parseRate(strings.Fields(p))
		if !ok {
			return nil, false
		}
		rates = append(rates, r)
	}
	return rates, true
}

func parseRate(words []string) (r Rate, ok bool) {
	if len(words) == 0 || len(words) > 2 {
		return r, false
	}
	if len(words) == 2 {
		if r.Cost, ok = strings.CutPrefix(words[1], "cost="); !ok || r.Cost == "" {
			return r, false
		}
	}
	n, window, ok := strings.Cut(words[0], "/")
	if !ok {
		return r, false
	}
	var err error
	if r.N, err = strconv.ParseInt(n, 10, 48); err != nil || r.N < 1 {
		return r, false
	}
	r.WindowMs, ok = parseWindow(window)
	return r, ok
}

// parseWindow reads 500ms, 1m, 24h; a unit alone is one of it.
func parseWindow(text string) (ms int64, ok bool) {
	for _, u := range unitsMs {
		number, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n := int64(1)
		if number != "" {
			var err error
			if n, err = strconv.ParseInt(number, 10, 64); err != nil {
				return 0, false
			}
		}
		if n < 1 || n > maxTTL/u.ms {
			return 0, false
		}
		return n * u.ms, true
	}
	return 0, false
}
