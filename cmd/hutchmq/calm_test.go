package main

import "testing"

// TestCalm: memory is given back once after each load, when it has been calm
// for a while, and not for a trifle.
func TestCalm(t *testing.T) {
	var c calm
	allocated := uint64(0)
	for i, step := range []struct {
		mib  uint64
		free bool
	}{
		{4, false}, {0, false}, {0, false}, {0, false}, // a trifle
		{100, false}, {80, false}, {0, false}, {1, false}, {0, true}, // a load, and its end
		{0, false}, {0, false}, {0, false},
		{50, false}, {0, false}, {2, false}, {0, false}, {0, false}, {0, true}, // not quite calm
		{1, false}, {1, false}, {1, false},
	} {
		allocated += step.mib * mib
		if got := c.look(allocated); got != step.free {
			t.Errorf("look %d, %d MiB more: %v", i, step.mib, got)
		}
	}
}
