package store_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/keyring"
	"github.com/hutchmq/hutchmq/store/storetest"
)

// keyText is the text of a master key, one for each number.
func keyText(number byte) string { return hex.EncodeToString(bytes.Repeat([]byte{number}, 32)) }

// keyOf is no key for an empty text.
func keyOf(text string) (*store.Key, error) {
	if text == "" {
		return nil, nil
	}
	return keyring.ParseMaster([]byte(text))
}

func parsed(t testing.TB, text string) *store.Key {
	t.Helper()
	k, err := keyOf(text)
	must(t, err)
	return k
}

func masterKey(t testing.TB, number byte) *store.Key { return parsed(t, keyText(number)) }

// known is what lies in plain data directories of this test.
var known = []string{"payload-4711-payload", "meta-4712-meta", "record-4713-record", "key-4714-key"}

// fillKnown stores it: in records, entries, and pages.
func fillKnown(t *testing.T, d *store.Disk) {
	t.Helper()
	l, o := openLog(t, d, 1)
	for seq := uint64(1); seq <= 40; seq++ {
		item := &storetest.Item{Meta: []byte(known[1]), Body: []byte(strings.Repeat(known[0], 100))}
		l.Put([]store.Entry{{Seq: seq, Item: item}})
	}
	must(t, o.Wait(40))
	var b store.Batch
	for _, suffix := range []string{"1", "2", "3"} {
		b.Set([]byte(known[3]+suffix), []byte(strings.Repeat(known[2], 50)))
	}
	must(t, d.Commit(&b))
}

// checkKnown looks whether all of it is there.
func checkKnown(t *testing.T, d *store.Disk) {
	t.Helper()
	l, _ := openLog(t, d, 1)
	list, err := storetest.ReadAll(l, 0, 0)
	must(t, err)
	if len(list) != 40 {
		t.Fatalf("%d entries, want 40", len(list))
	}
	for _, s := range list {
		if string(s.Meta) != known[1] || string(s.Payload) != strings.Repeat(known[0], 100) {
			t.Fatalf("entry %d is another", s.Seq)
		}
	}
	if v, err := d.Get([]byte(known[3] + "2")); err != nil || string(v) != strings.Repeat(known[2], 50) {
		t.Fatalf("record %q, %v", v, err)
	}
}

// seen lists which of texts are in any file below dir.
func seen(t *testing.T, dir string, texts ...string) (list []string) {
	t.Helper()
	files := 0
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		files++
		for _, text := range texts {
			if bytes.Contains(b, []byte(text)) {
				list = append(list, filepath.Base(path)+": "+text)
			}
		}
		return err
	}))
	if files < 3 {
		t.Fatalf("%d files in %s", files, dir)
	}
	return list
}

func small(key *store.Key) store.Options {
	return store.Options{SegmentBytes: 64 << 10, Key: key, Log: quiet}
}

// TestNothingIsSeen: what is stored is in no file, and is there with the key;
// and this test would see it.
func TestNothingIsSeen(t *testing.T) {
	for _, key := range []*store.Key{nil, masterKey(t, 1)} {
		dir := t.TempDir()
		d := open(t, dir, small(key))
		fillKnown(t, d)
		if found := seen(t, dir, known...); (len(found) == 0) != (key != nil) {
			t.Errorf("while it is open, with key %v: %v", key != nil, found)
		}
		must(t, d.Close())
		if found := seen(t, dir, known...); (len(found) == 0) != (key != nil) {
			t.Errorf("with key %v: %v", key != nil, found)
		}
		d = open(t, dir, small(key))
		checkKnown(t, d)
		must(t, d.Close())
	}
}

// snapshot is all files below dir, but for the lock.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "lock" {
			return err
		}
		b, err := os.ReadFile(path)
		files[path] = string(b)
		return err
	}))
	return files
}

// TestKeysThatDoNotFit: each is refused in words, and not a byte is changed.
func TestKeysThatDoNotFit(t *testing.T) {
	right := masterKey(t, 1)
	keys := func(change func(b []byte) []byte) func(t *testing.T, dir string) {
		return func(t *testing.T, dir string) {
			path := filepath.Join(dir, keyring.Name)
			b, err := os.ReadFile(path)
			must(t, err)
			must(t, os.WriteFile(path, change(b), 0o600))
		}
	}
	for _, x := range []struct {
		what    string
		made    *store.Key
		opened  *store.Key
		prepare func(t *testing.T, dir string)
		says    string
	}{
		{"another key", right, masterKey(t, 2), nil, masterKey(t, 2).Fingerprint()},
		{"no key", right, nil, nil, "no key was given: it opens with the key " + right.Fingerprint()},
		{"a key for plain data", nil, right, nil, "not encrypted"},
		{"no file of keys", right, right, func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, keyring.Name))) }, "put a copy of it back"},
		{"neither", right, nil, func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, keyring.Name))) }, "put a copy of it back"},
		{"cut off", right, right, keys(func(b []byte) []byte { return b[:len(b)/2] }), "damaged"},
		{"empty", right, right, keys(func(b []byte) []byte { return nil }), "damaged"},
		{"changed", right, right, keys(func(b []byte) []byte {
			at := bytes.Index(b, []byte(`"wrapped": "`)) + 30
			b[at] ^= 'A' ^ 'B'
			return b
		}), "damaged"},
		{"of another directory", right, right, keys(func([]byte) []byte { return keyring.New(right).File.Text() }), "of another data directory"},
	} {
		t.Run(x.what, func(t *testing.T) {
			dir := t.TempDir()
			d := open(t, dir, small(x.made))
			fillKnown(t, d)
			must(t, d.Close())
			if x.prepare != nil {
				x.prepare(t, dir)
			}
			before := snapshot(t, dir)
			d, err := store.Open(dir, small(x.opened))
			if err == nil {
				d.Close()
			}
			if err == nil || !strings.Contains(err.Error(), x.says) {
				t.Errorf("opened: %v, want %q", err, x.says)
			}
			after := snapshot(t, dir)
			for path, b := range before {
				if after[path] != b {
					t.Errorf("%s was changed", path)
				}
			}
			if len(after) != len(before) {
				t.Errorf("%d files, and %d before", len(after), len(before))
			}
		})
	}
}

// TestKeysLostMeanwhile: the store goes on, and a backup has the keys still.
func TestKeysLostMeanwhile(t *testing.T) {
	key, dir := masterKey(t, 1), t.TempDir()
	d := open(t, dir, small(key))
	must(t, os.Remove(filepath.Join(dir, keyring.Name)))
	fillKnown(t, d)
	var file bytes.Buffer
	backup(t, d, &file)
	must(t, d.Close())
	if _, err := store.Open(dir, small(key)); !errors.Is(err, store.ErrKeysLost) {
		t.Errorf("opened without its keys: %v", err)
	}
	restored := filepath.Join(t.TempDir(), "new")
	must(t, store.Restore(&file, restored, key))
	d = open(t, restored, small(key))
	checkKnown(t, d)
	must(t, d.Close())
}

// TestRotate: from then on only the new key opens it.
func TestRotate(t *testing.T) {
	dir := t.TempDir()
	first, second := masterKey(t, 1), masterKey(t, 2)
	d := open(t, dir, small(first))
	fillKnown(t, d)
	must(t, store.Rotate(dir, first, second)) // while it is open
	if err := store.Rotate(dir, first, second); err == nil {
		t.Error("a key was rotated away twice")
	}
	file := filepath.Join(t.TempDir(), "backup")
	f, err := os.Create(file)
	must(t, err)
	backup(t, d, f)
	must(t, f.Close())
	must(t, d.Close())
	var wrong *keyring.WrongKeyError
	if _, err := store.Open(dir, small(first)); !errors.As(err, &wrong) {
		t.Errorf("opened with the key before: %v", err)
	}
	d = open(t, dir, small(second))
	checkKnown(t, d)
	must(t, d.Close())
	b, err := os.ReadFile(file)
	must(t, err)
	if err := store.ReadBackup(bytes.NewReader(b), first, &unpacked{}); !errors.As(err, &wrong) {
		t.Errorf("a backup made after the rotation: %v", err)
	}
	must(t, store.ReadBackup(bytes.NewReader(b), second, &unpacked{}))
	if err := store.Rotate(t.TempDir(), first, second); !errors.Is(err, store.ErrNotEncrypted) {
		t.Errorf("a directory that is not encrypted: %v", err)
	}
}
