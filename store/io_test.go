package store_test

import (
	"testing"

	"github.com/hutchmq/hutchmq/store"
)

// TestIOIsCounted: what a disk writes, syncs and reads is counted.
func TestIOIsCounted(t *testing.T) {
	d, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	l, o := openLog(t, d, 1)
	before := d.IO()
	put(t, l, o, 1, 1, 1, 500)
	after := d.IO()
	if after.Writes <= before.Writes || after.WriteBytes < before.WriteBytes+500 || after.Sync.Count <= before.Sync.Count || after.Sync.Sum == 0 {
		t.Errorf("before a write %+v\nafter it %+v", before, after)
	}
	found := 0
	err = l.Read(0, 1, 1000, func(store.Stored) bool { found++; return true })
	if read := d.IO(); err != nil || found != 1 || read.Reads <= after.Reads || read.ReadBytes < after.ReadBytes+500 {
		t.Errorf("%d read, %v: before %+v\nafter %+v", found, err, after, read)
	}
}
