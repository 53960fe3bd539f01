package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"
)

// TestPercentFor: a small heap gets headroom, a large one doubles.
func TestPercentFor(t *testing.T) {
	for live, want := range map[uint64]int{0: 2400, 4 * mib: 600, 12 * mib: 200, 24 * mib: 100, 500 * mib: 100} {
		if got := percentFor(live); got != want {
			t.Errorf("%d live bytes may grow by %d %%, want %d", live, got, want)
		}
	}
}

// TestKeepHeadroom: after each collection the collector is set by what is left.
func TestKeepHeadroom(t *testing.T) {
	t.Setenv("GOGC", "")
	before := debug.SetGCPercent(100)
	t.Cleanup(func() { debug.SetGCPercent(before) })
	keepHeadroom()
	expect := func(what string, ok func(percent uint64) bool) {
		t.Helper()
		now := []metrics.Sample{{Name: "/gc/gogc:percent"}}
		for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
			runtime.GC()
			if metrics.Read(now); ok(now[0].Value.Uint64()) {
				return
			}
		}
		t.Errorf("%s may grow by %d %%", what, now[0].Value.Uint64())
	}
	expect("a small heap", func(percent uint64) bool { return percent > 150 })
	hold := make([]byte, 200*mib)
	expect("a large heap", func(percent uint64) bool { return percent == 100 })
	runtime.KeepAlive(hold)
}
