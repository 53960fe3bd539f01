package stats

import (
	"sync"
	"testing"
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
