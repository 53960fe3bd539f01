package journal

import (
	"errors"
	"syscall"
)

func (f osFile) Allocate(size int64) error {
	err := f.retry(func(fd int) error { return syscall.Fallocate(fd, 0, 0, size) })
	if errors.Is(err, syscall.EOPNOTSUPP) {
		return f.Truncate(size)
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
