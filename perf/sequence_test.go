package perf

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestSequence(t *testing.T) {
	for _, tt := range []struct {
		name  string
		in    []uint32
		again string // + for a number that is new, - for one that is not
	}{
		{"in order", []uint32{0, 1, 2, 3}, "++++"},
		{"doubled", []uint32{0, 1, 1, 2, 0}, "++-+-"},
		{"swapped", []uint32{0, 2, 1, 3}, "++++"},
		{"a gap", []uint32{0, 1, 5, 6}, "++++"},
		{"a gap, and doubled behind it", []uint32{0, 5, 5, 1, 1}, "++-+-"},
		{"far behind the window", []uint32{0, 2 * maxWindow, 1}, "+++"},
		{"further behind than was missing", []uint32{0, maxWindow + 1, 1, 1}, "+++-"},
		{"the first did not come first", []uint32{7, 0, 7}, "++-"},
		{"before the first", []uint32{1<<32 - 1, 0}, "-+"},
	} {
		var s sequence
		var got strings.Builder
		for _, n := range tt.in {
			fmt.Fprint(&got, map[bool]string{true: "+", false: "-"}[s.enter(n)])
		}
		if got.String() != tt.again {
			t.Errorf("%s: %v is %s, want %s", tt.name, tt.in, &got, tt.again)
		}
	}
}

// TestSequenceWraps: numbers are 32 bits, and lanes go on.
func TestSequenceWraps(t *testing.T) {
	s := sequence{base: 1<<32 - 2, top: 1<<32 - 2}
	for _, n := range []uint32{1<<32 - 2, 1<<32 - 1, 0, 2, 1} {
		if !s.enter(n) {
			t.Errorf("%d is not new", n)
		}
	}
	if s.enter(1<<32-1) || s.base != 1<<32+3 {
		t.Errorf("after the wrap all below %d was seen, want %d", s.base, uint64(1<<32+3))
	}
}

// TestSequenceIsASet: within the window a sequence is a set.
func TestSequenceIsASet(t *testing.T) {
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	for range 100 {
		var s sequence
		seen := map[uint32]bool{}
		next := 0
		for range 3000 {
			n := uint32(max(0, next-random.IntN(500)))
			if random.IntN(3) > 0 {
				next += 1 + random.IntN(2)*random.IntN(40)
				n = uint32(next)
			}
			if first := s.enter(n); first == seen[n] {
				t.Fatalf("seed %d: %d is new: %v", seed, n, first)
			}
			seen[n] = true
		}
		if len(s.seen) > 4096 {
			t.Errorf("seed %d: %d words for a window of some hundreds", seed, len(s.seen))
		}
	}
}

// TestSequenceIsBounded: whatever comes, the bitmap keeps to its bound.
func TestSequenceIsBounded(t *testing.T) {
	var s sequence
	for n := range uint32(30) {
		s.enter(n * 1_000_003)
	}
	if len(s.seen)*64 > maxWindow {
		t.Errorf("the bitmap has %d bits", len(s.seen)*64)
	}
}
