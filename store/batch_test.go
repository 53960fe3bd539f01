package store

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

// large is a batch that no transaction takes, after which old is gone.
func large() *Batch {
	var b Batch
	for i := range 9000 {
		b.Set(fmt.Appendf(nil, "key %d", i), bytes.Repeat([]byte{byte(i)}, 400))
	}
	b.Delete([]byte("old"))
	return &b
}

func checkLarge(t *testing.T, d *Disk) {
	t.Helper()
	n := 0
	err := d.Scan([]byte("key "), func(key, value []byte) bool {
		n++
		return len(value) == 400
	})
	if err != nil || n != 9000 {
		t.Fatalf("%d records of 9000, %v", n, err)
	}
	if _, err := d.Get([]byte("old")); !errors.Is(err, ErrNotFound) {
		t.Fatalf("not deleted: %v", err)
	}
	promises := 0
	err = d.scan([]byte{promisePrefix}, func(_, _ []byte) bool {
		promises++
		return true
	})
	if err != nil || promises != 0 {
		t.Fatalf("%d pieces of a promise are left, %v", promises, err)
	}
}

func TestLargeCommit(t *testing.T) {
	d, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var b Batch
	b.Set([]byte("old"), []byte("value"))
	if err := errors.Join(d.Commit(&b), d.Commit(large())); err != nil {
		t.Fatal(err)
	}
	checkLarge(t, d)
}

// TestInterruptedCommit opens a store that a crash left with a large commit
// promised, and with one half promised.
func TestInterruptedCommit(t *testing.T) {
	dir := t.TempDir()
	d, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.promise(large()); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = Open(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	checkLarge(t, d)
	var b Batch
	b.Set([]byte("key 0"), []byte("other"))
	err = d.db.Update(func(x *badger.Txn) error { return x.Set(promiseKey(1), b.encode()) })
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if d, err = Open(dir, Options{}); err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	checkLarge(t, d)
}

func FuzzBatch(f *testing.F) {
	var b Batch
	b.Set([]byte("key"), []byte("value"))
	b.Set([]byte("empty"), nil)
	b.Delete([]byte("gone"))
	f.Add(b.encode())
	f.Fuzz(func(t *testing.T, p []byte) {
		b, ok := parseBatch(p)
		if !ok {
			return
		}
		again, ok := parseBatch(b.encode())
		if !ok || len(again.changes) != len(b.changes) {
			t.Fatalf("%d changes became %d", len(b.changes), len(again.changes))
		}
	})
}
