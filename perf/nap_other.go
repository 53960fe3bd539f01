//go:build !linux

package perf

import "time"

// briefly is how long a wait is that nap is for.
const briefly = 2 * time.Millisecond

// nap sleeps as well as the system can.
func nap(d time.Duration) { time.Sleep(d) }
