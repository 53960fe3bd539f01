package logbook

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"
)

// Rotation is when a file is put aside, and how many of those are kept.
type Rotation struct {
	Bytes int64         // 0 never
	Age   time.Duration // 0 never
	Keep  int           // at least 1
}

// File is a log file. When it is full it becomes path.1, what was path.1 becomes
// path.2, and so on. Its methods may be called concurrently.
type File struct {
	path string

	mu       sync.Mutex
	rotation Rotation
	f        *os.File
	bytes    int64
	began    time.Time
	retry    time.Time // not to be put aside before, as that failed
}

// retryAfter is how long a file that cannot be put aside is written on.
const retryAfter = time.Minute

// OpenFile appends to the file at path, or makes it, for its owner's eyes.
func OpenFile(path string, r Rotation) (*File, error) {
	f := &File{path: path, rotation: r}
	return f, f.open()
}

// open begins to write at path. f.mu is held, or nobody else has f.
func (f *File) open() error {
	file, err := os.OpenFile(f.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o640)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(err, file.Close())
	}
	if f.f != nil {
		f.f.Close()
	}
	f.f, f.bytes, f.began = file, info.Size(), time.Now()
	return nil
}

// Path is where the file is.
func (f *File) Path() string { return f.path }

// SetRotation changes the rotation from now on.
func (f *File) SetRotation(r Rotation) {
	f.mu.Lock()
	f.rotation = r
	f.mu.Unlock()
}

// Write implements io.Writer: p is a line, which stays in one file.
func (f *File) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now(); f.full(int64(len(p)), now) && !now.Before(f.retry) {
		if f.rotate() != nil {
			f.retry = now.Add(retryAfter)
		}
	}
	n, err := f.f.Write(p)
	f.bytes += int64(n)
	return n, err
}

func (f *File) full(more int64, now time.Time) bool {
	r := &f.rotation
	return f.bytes > 0 && (r.Bytes > 0 && f.bytes+more > r.Bytes || r.Age > 0 && now.Sub(f.began) >= r.Age)
}

// Rotate puts the file aside now and begins a new one. If somebody else has
// moved it away, it only begins a new one.
func (f *File) Rotate() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.rotate()
}

func (f *File) rotate() error {
	if f.moved() {
		return f.open()
	}
	for i := max(f.rotation.Keep, 1) - 1; i >= 0; i-- {
		if err := os.Rename(f.aside(i), f.aside(i+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return f.open()
}

// aside is the i-th file that was put aside; the 0th is the one in use.
func (f *File) aside(i int) string {
	if i == 0 {
		return f.path
	}
	return fmt.Sprintf("%s.%d", f.path, i)
}

// moved reports whether the file that is written is no longer at its path.
func (f *File) moved() bool {
	ours, err := f.f.Stat()
	there, e := os.Stat(f.path)
	return err != nil || e != nil || !os.SameFile(ours, there)
}

// Close ends writing.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.f.Close()
}
