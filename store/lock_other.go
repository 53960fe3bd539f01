//go:build !unix

package store

import "os"

// lockFile opens the file at path; Badger refuses a second process by itself.
func lockFile(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
}
