package store_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/hutchmq/hutchmq/store"
)

// TestMemtablesAreSolid: a block that cannot be had when it is written to would
// end the process, so memtables have all of theirs, also those begun later.
func TestMemtablesAreSolid(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, store.Options{Log: quiet})
	defer s.Close()
	seen := map[string]bool{}
	for i := range 40 {
		names, err := filepath.Glob(filepath.Join(dir, "badger", "*.mem"))
		must(t, err)
		for _, name := range names {
			seen[name] = true
			info, err := os.Stat(name)
			if err != nil {
				continue // it became a table meanwhile
			}
			if blocks := info.Sys().(*syscall.Stat_t).Blocks; blocks*512 < info.Size() {
				t.Fatalf("after %d commits %s has %d bytes on disk, of %d", i, filepath.Base(name), blocks*512, info.Size())
			}
		}
		var b store.Batch
		b.Set([]byte{byte(i)}, make([]byte, 500<<10))
		must(t, s.Commit(&b))
	}
	if len(seen) < 2 {
		t.Errorf("only %d memtables were seen", len(seen))
	}
}
