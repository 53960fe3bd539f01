package store_test

import (
	"testing"

	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.Contract(t, func(t *testing.T) store.Store { return store.NewMemory() })
}

func TestDisk(t *testing.T) {
	storetest.Contract(t, func(t *testing.T) store.Store { return open(t, t.TempDir(), store.Options{}) })
}

// TestDiskSmall rolls segments all the time.
func TestDiskSmall(t *testing.T) {
	storetest.Contract(t, func(t *testing.T) store.Store {
		return open(t, t.TempDir(), store.Options{SegmentBytes: 64 << 10})
	})
}

// TestDiskEncrypted does so with a key.
func TestDiskEncrypted(t *testing.T) {
	storetest.Contract(t, func(t *testing.T) store.Store {
		return open(t, t.TempDir(), store.Options{SegmentBytes: 64 << 10, Key: masterKey(t, 1)})
	})
}

func open(t testing.TB, dir string, o store.Options) *store.Disk {
	t.Helper()
	d, err := store.Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
