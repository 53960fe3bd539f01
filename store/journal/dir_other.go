//go:build !linux

package journal

func (f osFile) Allocate(size int64) error { return f.Truncate(size) }
