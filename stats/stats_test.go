package stats

import (
	"math"
	"sync"
	"testing"
	"time"
	"unsafe"
)

func TestCounterCountsAll(t *testing.T) {
	var c HotCounter
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				c.Add(2)
			}
		})
	}
	wg.Wait()
	if got := c.Load(); got != 8000 {
		t.Errorf("Load = %d, want 8000", got)
	}
}

func TestHotCountersShareNoCacheLine(t *testing.T) {
	var pair [2]HotCounter
	a, b := uintptr(unsafe.Pointer(&pair[0].Counter)), uintptr(unsafe.Pointer(&pair[1].Counter))
	if b-a < cacheLineBytes {
		t.Errorf("neighbours are %d bytes apart", b-a)
	}
}

func TestCounterAllocatesNothing(t *testing.T) {
	var c Counter
	var r Rate
	now := time.Now()
	n := testing.AllocsPerRun(100, func() {
		c.Add(1)
		r.Sample(now, c.Load())
		r.PerSecond(now, c.Load())
	})
	if n != 0 {
		t.Errorf("counting allocates %v times", n)
	}
}

func TestRate(t *testing.T) {
	start := time.Unix(1000, 0)
	type step struct {
		atMs   int
		count  uint64
		sample bool
		want   float64
	}
	tests := map[string][]step{
		"nothing sampled": {{0, 7, false, 0}},
		"a fresh sample is no flood": {
			{0, 0, true, 0},
			{1, 10, false, 10},
		},
		"steady, polled at any moment": {
			{0, 0, true, 0},
			{1000, 100, true, 100},
			{1001, 100, false, 99.9001},
			{1999, 200, false, 100.05},
			{2000, 200, true, 100},
			{2001, 200, false, 99.95},
		},
		"slower than the samples": {
			{0, 0, true, 0},
			{1000, 0, true, 0},
			{2000, 1, true, 0.5},
			{3000, 1, true, 0.3333},
			{4000, 2, true, 0.5},
			{5000, 2, true, 0.5},
		},
		"zero once it has stopped for long": {
			{0, 0, true, 0},
			{1000, 50, true, 50},
			{2000, 50, true, 25},
			{3000, 50, true, 16.6667},
			{4000, 50, true, 12.5},
			{5000, 50, true, 0},
		},
		"a count that was reset": {
			{0, 100, true, 0},
			{1000, 5, false, 0},
		},
	}
	for name, steps := range tests {
		var r Rate
		for _, s := range steps {
			now := start.Add(time.Duration(s.atMs) * time.Millisecond)
			if s.sample {
				r.Sample(now, s.count)
			}
			if got := r.PerSecond(now, s.count); math.Abs(got-s.want) > 0.001 {
				t.Errorf("%s: at %d ms, %v a second, want %v", name, s.atMs, got, s.want)
			}
		}
	}
}
