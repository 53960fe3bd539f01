package queue

import (
	"slices"
	"testing"
)

func TestParseRates(t *testing.T) {
	for _, c := range []struct {
		text string
		want []Rate
	}{
		{"100/1m", []Rate{{100, 60_000, ""}}},
		{"100/m", []Rate{{100, 60_000, ""}}},
		{"5/500ms", []Rate{{5, 500, ""}}},
		{"1/24h", []Rate{{1, 86_400_000, ""}}},
		{"7/2d", []Rate{{7, 172_800_000, ""}}},
		{"60/1m, 90000/1m cost=tokens", []Rate{{60, 60_000, ""}, {90_000, 60_000, "tokens"}}},
		{" 3/1s ", []Rate{{3, 1000, ""}}},
		{"", nil},
		{"100", nil},
		{"100/", nil},
		{"0/1s", nil},
		{"-1/1s", nil},
		{"1/0s", nil},
		{"1/1w", nil},
		{"1/4000d", nil},
		{"1/1s price=x", nil},
		{"1/1s cost=", nil},
		{"1/1s,", nil},
		{"1/1s cost=a b", nil},
		{"1/s,1/s,1/s,1/s,1/s,1/s,1/s,1/s,1/s", nil},
		{"9999999999999999999/1s", nil},
	} {
		got, ok := ParseRates(c.text)
		if !slices.Equal(got, c.want) || ok != (c.want != nil) {
			t.Errorf("%q: %v, %v; want %v", c.text, got, ok, c.want)
		}
	}
}

// FuzzParseRates: whatever is accepted is within its bounds.
func FuzzParseRates(f *testing.F) {
	f.Add("60/1m, 90000/1m cost=tokens")
	f.Add("1/ms")
	f.Fuzz(func(t *testing.T, text string) {
		rates, ok := ParseRates(text)
		if ok != (len(rates) > 0) || len(rates) > maxRates {
			t.Fatalf("%q: %v, %v", text, rates, ok)
		}
		for _, r := range rates {
			if r.N < 1 || r.WindowMs < 1 || r.WindowMs > maxTTL {
				t.Fatalf("%q: %+v", text, r)
			}
		}
	})
}
