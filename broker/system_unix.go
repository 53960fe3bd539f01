//go:build linux || darwin

package broker

import (
	"math"
	"syscall"
)

// freeDisk is how many bytes are free for us on the disk that holds dir.
func freeDisk(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}

// maxFiles is how many descriptors the process may open; 0 means that nobody
// knows.
func maxFiles() int {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil {
		return 0
	}
	return int(min(l.Cur, math.MaxInt32))
}

// contextSwitches is how often the process was taken off a processor.
func contextSwitches() uint64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return uint64(r.Nvcsw + r.Nivcsw)
}
