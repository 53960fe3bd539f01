package definitions

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// unit is one of those that a number may carry.
type unit struct {
	name string
	of   int64 // milliseconds or bytes
}

// The units, the largest first; those that are written are found by their
// size, and the first of that size is the one.
var (
	durations = []unit{{"w", 604_800_000}, {"d", 86_400_000}, {"h", 3_600_000}, {"m", 60_000}, {"s", 1000}, {"ms", 1}}
	sizes     = []unit{
		{"TiB", 1 << 40}, {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
		{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3}, {"B", 1},
	}
)

// parseDuration reads 60s, 1h30m or 7d, or a number of milliseconds.
func parseDuration(text string) (ms int64, err error) {
	if ms, err := parseWhole(text); err == nil {
		return ms, nil
	}
	rest := text
	for rest != "" {
		digits, name := leading(rest)
		n, err := parseWhole(digits)
		u := unitNamed(durations, name)
		if err != nil || u == nil || n > (math.MaxInt64-ms)/u.of {
			return 0, fmt.Errorf("want a duration such as 60s, 1h30m or 7d, or milliseconds, got '%s'", text)
		}
		ms += n * u.of
		rest = rest[len(digits)+len(name):]
	}
	if text == "" {
		return 0, fmt.Errorf("want a duration such as 60s, 1h30m or 7d, or milliseconds, got ''")
	}
	return ms, nil
}

// parseSize reads 2GiB or 500MB, or a number of bytes.
func parseSize(text string) (bytes int64, err error) {
	if bytes, err := parseWhole(text); err == nil {
		return bytes, nil
	}
	digits, name := leading(text)
	n, err := parseWhole(digits)
	u := unitNamed(sizes, strings.TrimSpace(name))
	if err != nil || u == nil || n > math.MaxInt64/u.of || len(digits)+len(name) != len(text) {
		return 0, fmt.Errorf("want a size such as 500MB or 2GiB, or bytes, got '%s'", text)
	}
	return n * u.of, nil
}

// parseWhole reads a whole number, which may have underscores between digits.
func parseWhole(text string) (int64, error) {
	n, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
	if err != nil || strings.HasPrefix(text, "_") || strings.HasPrefix(text, "+") {
		return 0, fmt.Errorf("want a whole number, got '%s'", text)
	}
	return n, nil
}

// leading are the digits at the start of text, and the name of their unit.
func leading(text string) (digits, name string) {
	end := strings.IndexFunc(text, func(r rune) bool { return (r < '0' || r > '9') && r != '_' })
	if end < 0 {
		return text, ""
	}
	name = text[end:]
	if next := strings.IndexAny(name, "0123456789"); next >= 0 {
		name = name[:next]
	}
	return text[:end], name
}

func unitNamed(units []unit, name string) *unit {
	for i := range units {
		if units[i].name == name {
			return &units[i]
		}
	}
	return nil
}

// printUnit writes n in the largest unit that divides it, or as a number when
// that is no less clear.
func printUnit(n int64, units []unit) string {
	for _, u := range units {
		if n > 0 && n%u.of == 0 && u.of > 1 {
			return strconv.FormatInt(n/u.of, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}
