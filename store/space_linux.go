package store

import (
	"errors"
	"os"
	"syscall"
)

// freeBytes is how much is free for us on the disk that holds path.
func freeBytes(path string) (int64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return 0, err
	}
	return int64(s.Bavail) * int64(s.Bsize), nil
}

// fillHoles reserves the blocks of a file that has none for a part of its
// length, where the file system can.
func fillHoles(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	err = syscall.Fallocate(int(f.Fd()), 0, 0, info.Size())
	if errors.Is(err, syscall.EOPNOTSUPP) {
		return nil
	}
	return err
}
