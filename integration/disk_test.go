package integration

import (
	"io/fs"
	"path/filepath"
	"syscall"
)

// diskUse is how many bytes of disk the files below dir take. One that vanishes
// meanwhile takes none.
func diskUse(dir string) (bytes int64) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		var s syscall.Stat_t
		if syscall.Lstat(path, &s) == nil {
			bytes += s.Blocks * 512
		}
		return nil
	})
	return bytes
}
