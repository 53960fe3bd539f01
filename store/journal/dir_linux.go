package journal

import (
	"errors"
	"syscall"
)

// reserve is what Allocate leaves free on the disk for others: who maps files
// into memory cannot bear a full one.
const reserve = 96 << 20

func (f osFile) Allocate(size int64) error {
	if err := f.retry(func(fd int) error { return leaves(fd, size+reserve) }); err != nil {
		return err
	}
	err := f.retry(func(fd int) error { return syscall.Fallocate(fd, 0, 0, size) })
	if errors.Is(err, syscall.EOPNOTSUPP) {
		return f.Truncate(size)
	}
	return err
}

// leaves is ENOSPC unless so many bytes are free.
func leaves(fd int, bytes int64) error {
	var s syscall.Statfs_t
	err := syscall.Fstatfs(fd, &s)
	if err == nil && int64(s.Bavail)*int64(s.Bsize) < bytes {
		err = syscall.ENOSPC
	}
	return err
}

// Sync is fdatasync: the length of a segment does not change after Allocate,
// so there is no metadata worth a second write.
func (f osFile) Sync() error { return f.retry(syscall.Fdatasync) }

// retry runs call on the descriptor until no signal interrupts it.
func (f osFile) retry(call func(fd int) error) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	err2 := raw.Control(func(fd uintptr) {
		for err = call(int(fd)); errors.Is(err, syscall.EINTR); err = call(int(fd)) {
		}
	})
	return errors.Join(err, err2)
}
