package definitions

import "testing"

func TestUnits(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "5": 5, "1_000": 1000, "60s": 60_000, "1h30m": 5_400_000, "7d": 604_800_000, "250ms": 250, "2w": 1_209_600_000,
		"": -1, "s": -1, "5x": -1, "1.5h": -1, "-5s": -1, "5 s": -1, "9999999999999w": -1, "9000000000000000000ms9000000000000000000ms": -1, "_5": -1, "+5": -1,
	} {
		if got, err := parseDuration(text); (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("duration %q: %d, %v; want %d", text, got, err, want)
		}
	}
	for text, want := range map[string]int64{
		"0": 0, "64": 64, "2GiB": 2 << 30, "500MB": 500_000_000, "1 KiB": 1024, "3kB": 3000, "3KB": 3000, "7B": 7,
		"": -1, "GiB": -1, "2GiB1": -1, "2 GiBs": -1, "99999999TiB": -1,
	} {
		if got, err := parseSize(text); (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("size %q: %d, %v; want %d", text, got, err, want)
		}
	}
}

// TestPrintedUnits: what is written is read as the same.
func TestPrintedUnits(t *testing.T) {
	for _, n := range []int64{0, 1, 999, 1000, 60_000, 61_000, 86_400_000, 604_800_000, 1 << 20, 3 << 30, 1<<63 - 1} {
		if got, err := parseDuration(printUnit(n, durations)); err != nil || got != n {
			t.Errorf("%d is printed as %s: %d, %v", n, printUnit(n, durations), got, err)
		}
		if got, err := parseSize(printUnit(n, sizes)); err != nil || got != n {
			t.Errorf("%d is printed as %s: %d, %v", n, printUnit(n, sizes), got, err)
		}
	}
}

// TestUnexpanded: what is written stays what it is.
func TestUnexpanded(t *testing.T) {
	for _, text := range []string{"", "$", "$$", "$$$", "${A}", "$${A}", "$$${", "^a\\.$", "a$b", "${", "}$"} {
		if got, _, err := expand(unexpanded(text), nil); err != nil || got != text {
			t.Errorf("%q is written as %q and read as %q, %v", text, unexpanded(text), got, err)
		}
	}
}
