package journal

import "io"

// FS is the little of a file system that the journal needs: one flat
// directory. Tests put one that loses, tears and refuses writes under it.
type FS interface {
	// Open opens a file for reading and writing.
	Open(name string) (File, error)
	// Create makes an empty file, or empties it.
	Create(name string) (File, error)
	Rename(from, to string) error
	Remove(name string) error
	// List names all files.
	List() ([]string, error)
	// SyncDir makes creations, renames and removals durable.
	SyncDir() error
}

// File is one file of an FS. Reads and writes may run concurrently.
type File interface {
	io.ReaderAt
	io.WriterAt
	// Size is the length of the file in bytes.
	Size() (int64, error)
	// Allocate reserves size bytes, which read as zeros, and makes the file
	// that long, so that later writes need no space and Sync no metadata.
	Allocate(size int64) error
	// Sync makes all that was written durable.
	Sync() error
	Close() error
}
