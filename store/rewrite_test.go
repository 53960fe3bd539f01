package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/keyring"
	"github.com/hutchmq/hutchmq/store/storetest"
)

// TestRewrite turns encryption on, makes all keys anew, and turns it off.
func TestRewrite(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, small(nil))
	fillKnown(t, d)
	must(t, d.Close())
	first, second := masterKey(t, 1), masterKey(t, 2)
	var wrapped []byte
	for _, x := range []struct{ from, to *store.Key }{{nil, first}, {first, first}, {first, second}, {second, nil}} {
		must(t, store.Rewrite(dir, x.from, x.to, store.Options{Log: quiet}))
		if found := seen(t, dir, known...); (len(found) == 0) != (x.to != nil) {
			t.Errorf("encrypted %v: %v", x.to != nil, found)
		}
		f, err := store.Encryption(dir)
		if err != nil || (f != nil) != (x.to != nil) {
			t.Fatalf("keys %v, %v", f, err)
		}
		if f != nil && (f.Master != x.to.Fingerprint() || bytes.Equal(f.Wrapped, wrapped)) {
			t.Errorf("the keys are those before, or of %s", f.Master)
		}
		d := open(t, dir, small(x.to))
		if !d.Clean() {
			t.Error("it was closed in good order, and is not clean")
		}
		checkKnown(t, d)
		must(t, d.Close())
		names, err := os.ReadDir(dir)
		must(t, err)
		want := 3 // the journal, Badger, and the lock
		if x.to != nil {
			want++
		}
		if len(names) != want {
			t.Errorf("left: %v", names)
		}
	}
	if err := store.Rewrite(dir, first, second, store.Options{Log: quiet}); !errors.Is(err, store.ErrNotEncrypted) {
		t.Errorf("a key for what is not encrypted: %v", err)
	}
}

// TestRewriteAfterCrash keeps in mind that the broker was killed.
func TestRewriteAfterCrash(t *testing.T) {
	dir, crashed := t.TempDir(), filepath.Join(t.TempDir(), "crashed")
	d := open(t, dir, small(nil))
	fillKnown(t, d)
	must(t, os.CopyFS(crashed, os.DirFS(dir)))
	must(t, d.Close())
	key := masterKey(t, 1)
	must(t, store.Rewrite(crashed, nil, key, store.Options{Log: quiet}))
	d = open(t, crashed, small(key))
	defer d.Close()
	if d.Clean() {
		t.Error("after a crash it is clean")
	}
	checkKnown(t, d)
}

// TestRewriteInterrupted opens a directory as it is after each step of putting
// a new one in its place, which the start then does to the end.
func TestRewriteInterrupted(t *testing.T) {
	key := masterKey(t, 1)
	plain, encrypted := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	d := open(t, plain, small(nil))
	fillKnown(t, d)
	must(t, d.Close())
	must(t, os.CopyFS(encrypted, os.DirFS(plain)))
	must(t, store.Rewrite(encrypted, nil, key, store.Options{Log: quiet}))
	for _, x := range []struct {
		what, old, new, name string
		key                  *store.Key
	}{
		{"on", plain, encrypted, "rewritten-encrypted", key},
		{"off", encrypted, plain, "rewritten-plain", nil},
	} {
		parts := []string{"journal", "badger"}
		if x.key != nil {
			parts = append(parts, keyring.Name)
		}
		for step := range 2*len(parts) + 1 {
			t.Run(fmt.Sprint(x.what, " ", step), func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), "data")
				must(t, os.CopyFS(dir, os.DirFS(x.old)))
				must(t, os.CopyFS(filepath.Join(dir, x.name), os.DirFS(x.new)))
				must(t, os.Remove(filepath.Join(dir, x.name, "lock")))
				for i := range step {
					to := filepath.Join(dir, parts[i/2])
					if i%2 == 0 {
						must(t, os.RemoveAll(to))
					} else {
						must(t, os.Rename(filepath.Join(dir, x.name, parts[i/2]), to))
					}
				}
				if err := store.Rotate(dir, key, masterKey(t, 2)); err == nil {
					t.Error("a rotation in the midst of it")
				}
				d := open(t, dir, small(x.key))
				checkKnown(t, d)
				must(t, d.Close())
			})
		}
	}
	half := filepath.Join(t.TempDir(), "half")
	must(t, os.CopyFS(half, os.DirFS(plain)))
	must(t, os.CopyFS(filepath.Join(half, "rewriting"), os.DirFS(encrypted)))
	d = open(t, half, small(nil))
	checkKnown(t, d)
	must(t, d.Close())
	if _, err := os.Stat(filepath.Join(half, "rewriting")); err == nil {
		t.Error("what was not whole is still there")
	}
}

// rewriteAll encrypts and decrypts until it is killed.
func rewriteAll(dir string, key *store.Key) {
	for {
		from, to := (*store.Key)(nil), key
		f, err := store.Encryption(dir)
		if f != nil {
			from, to = key, nil
		}
		if err == nil {
			err = store.Rewrite(dir, from, to, small(nil))
		}
		if err != nil {
			panic(err)
		}
		say("rewritten")
	}
}

// TestRewriteKill kills who turns encryption on and off.
func TestRewriteKill(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir, small(nil))
	fillKnown(t, d)
	must(t, d.Close())
	for range 12 {
		kill(t, dir, "rewrite", keyText(1), func(string, []uint64) {})
		d, err := store.Open(dir, small(nil))
		if errors.Is(err, store.ErrNoKey) {
			d, err = store.Open(dir, small(masterKey(t, 1)))
		}
		must(t, err)
		checkKnown(t, d)
		must(t, d.Close())
	}
}

// TestEncryptedBackup takes its key to be read, and what it is restored to is
// encrypted by keys of its own. It shows nothing, damaged or not.
func TestEncryptedBackup(t *testing.T) {
	key := masterKey(t, 1)
	source := t.TempDir()
	d := open(t, source, small(key))
	fillKnown(t, d)
	var file bytes.Buffer
	backup(t, d, &file)
	must(t, d.Close())
	for _, text := range known {
		if bytes.Contains(file.Bytes(), []byte(text)) {
			t.Errorf("%s is in the backup", text)
		}
	}
	var sealed *store.SealedError
	if err := store.ReadBackup(bytes.NewReader(file.Bytes()), nil, &unpacked{}); !errors.As(err, &sealed) || sealed.Key != key.Fingerprint() {
		t.Errorf("without a key: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "new")
	for what, wrong := range map[string]*store.Key{"no key": nil, "another key": masterKey(t, 2)} {
		if err := store.Restore(bytes.NewReader(file.Bytes()), dir, wrong); err == nil {
			t.Errorf("restored with %s", what)
		}
	}
	must(t, store.Restore(bytes.NewReader(file.Bytes()), dir, key)) // where the others left nothing
	d = open(t, dir, small(key))
	checkKnown(t, d)
	must(t, d.Close())
	if found := seen(t, dir, known...); len(found) > 0 {
		t.Errorf("restored in the clear: %v", found)
	}
	here, err := store.Encryption(source)
	must(t, err)
	there, err := store.Encryption(dir)
	must(t, err)
	if bytes.Equal(here.Wrapped, there.Wrapped) {
		t.Error("two directories with the same keys")
	}
	for at := 0; at < file.Len(); at += 1 + file.Len()/40 {
		b := bytes.Clone(file.Bytes())
		b[at] ^= 1
		for _, k := range []*store.Key{key, nil} {
			err := store.ReadBackup(bytes.NewReader(b), k, &unpacked{})
			if err == nil || errors.As(err, &sealed) {
				t.Errorf("changed at %d, and whole: %v", at, err)
			}
			if store.ReadBackup(bytes.NewReader(b[:at]), k, &unpacked{}) == nil {
				t.Errorf("cut off at %d, and whole", at)
			}
		}
	}
}

// TestEncryptedBackupIsSmall: what a segment holds behind its end is no part of
// a backup, though it looks like anything but zeros. Nor is what a crash left.
func TestEncryptedBackupIsSmall(t *testing.T) {
	key, dir := masterKey(t, 1), t.TempDir()
	o := store.Options{SegmentBytes: 4 << 20, Key: key, Log: quiet}
	crashed := filepath.Join(t.TempDir(), "crashed")
	d := open(t, dir, o)
	l, w := openLog(t, d, 1)
	put(t, l, w, 1, 1, 100, 100)
	must(t, os.CopyFS(crashed, os.DirFS(dir)))
	must(t, d.Close())
	for _, dir := range []string{dir, crashed} {
		for range 2 { // the second time there is an index
			d := open(t, dir, o)
			var file bytes.Buffer
			backup(t, d, &file)
			if file.Len() > 200_000 {
				t.Errorf("%d bytes for 10,000", file.Len())
			}
			restored := filepath.Join(t.TempDir(), "new")
			must(t, store.Restore(&file, restored, key))
			r := open(t, restored, o)
			rl, _ := openLog(t, r, 1)
			holds(t, rl, 1, 100, count(1, 100))
			must(t, r.Examine(func(uint64, uint8, store.Stored) {}, func(f store.Found) {
				if f.Err != nil || f.Missing > 0 {
					t.Errorf("%+v", f)
				}
			}))
			must(t, r.Close())
			must(t, d.Close())
		}
	}
}

// TestTornRegistry: a key that a crash left half written was never used.
func TestTornRegistry(t *testing.T) {
	key, dir := masterKey(t, 1), t.TempDir()
	d := open(t, dir, small(key))
	fillKnown(t, d)
	must(t, d.Close())
	path := filepath.Join(dir, "badger", "KEYREGISTRY")
	b, err := os.ReadFile(path)
	must(t, err)
	for _, size := range []int{1, 7, 8, 20, len(b) - 29} {
		must(t, os.WriteFile(path, append(bytes.Clone(b), b[28:28+size]...), 0o600))
		d = open(t, dir, small(key))
		checkKnown(t, d)
		must(t, d.Close())
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, b) {
			t.Errorf("%d bytes of a key: %d are left of %d, %v", size, len(after), len(b), err)
		}
	}
}

// TestDamageInEncryptedSegment costs the entry it is in, and no more.
func TestDamageInEncryptedSegment(t *testing.T) {
	key, dir := masterKey(t, 1), t.TempDir()
	o := store.Options{SegmentBytes: 1 << 20, Key: key, Log: quiet}
	d := open(t, dir, o)
	l, w := openLog(t, d, 1)
	put(t, l, w, 1, 1, 100, 1000)
	must(t, d.Close())
	segments, err := filepath.Glob(filepath.Join(dir, "journal", "*.seg"))
	must(t, err)
	b, err := os.ReadFile(segments[0])
	must(t, err)
	b[50_000] ^= 1
	must(t, os.WriteFile(segments[0], b, 0o600))
	indexes, err := filepath.Glob(filepath.Join(dir, "journal", "*.idx"))
	must(t, err)
	for _, path := range indexes {
		must(t, os.Remove(path))
	}
	d = open(t, dir, o)
	var file bytes.Buffer
	backup(t, d, &file)
	must(t, d.Close())
	restored := filepath.Join(t.TempDir(), "new")
	must(t, store.Restore(&file, restored, key))
	for _, dir := range []string{dir, restored} {
		d := open(t, dir, o)
		l, _ := openLog(t, d, 1)
		list, err := storetest.ReadAll(l, 0, 0)
		must(t, err)
		if len(list) != 99 {
			t.Errorf("%d entries of 100", len(list))
		}
		must(t, d.Close())
	}
}
