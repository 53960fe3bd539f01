//go:build linux || darwin

package broker

import "syscall"

// freeDisk is how many bytes are free for us on the disk that holds dir.
func freeDisk(dir string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}
