//go:build !linux && !darwin

package ctl

import (
	"errors"
	"io/fs"
)

// ownerOf is whose a file is, which is not known here.
func ownerOf(fs.FileInfo) (uid int, known bool) { return 0, false }

// inodeOf is the number of a file, which is not known here.
func inodeOf(fs.FileInfo) (inode uint64, known bool) { return 0, false }

// freeBytes is how much may still be written where dir is.
func freeBytes(string) (int64, error) {
	return 0, errors.New("how much is free is not known on this system")
}

// maxFiles is how many files this process may open, 0 if that is not known.
func maxFiles() int64 { return 0 }
