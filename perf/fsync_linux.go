package perf

import (
	"os"
	"syscall"
)

// syncData makes what was written durable, and not what tells of the file.
func syncData(f *os.File) error { return syscall.Fdatasync(int(f.Fd())) }
