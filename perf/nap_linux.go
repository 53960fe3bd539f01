package perf

import (
	"syscall"
	"time"
)

// briefly is how long a wait is that nap is for: the timers of Go wake an idle
// process by the millisecond, and a nap costs it a thread.
const briefly = 2 * time.Millisecond

// nap sleeps to some 50 microseconds.
func nap(d time.Duration) {
	t := syscall.NsecToTimespec(int64(d))
	syscall.Nanosleep(&t, nil)
}
