package keyring

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestParseMaster(t *testing.T) {
	raw := []byte("\x00\x01\x02\x03\xfc\xfd\xfe\xff0123456789abcdef\n\n\n\n\n\n\n\n")
	for _, size := range []int{16, 24, 32} {
		key := raw[:size]
		for what, text := range map[string]string{
			"raw": string(key), "hex": hex.EncodeToString(key) + "\n", "HEX": strings.ToUpper(hex.EncodeToString(key)),
			"base64": "  " + base64.StdEncoding.EncodeToString(key) + "\r\n", "url": base64.RawURLEncoding.EncodeToString(key),
		} {
			m, err := ParseMaster([]byte(text))
			if err != nil || !bytes.Equal(m.key, key) {
				t.Errorf("%s of %d bytes: %v", what, size, err)
			}
		}
	}
	for _, text := range []string{"", "\n", "secret", strings.Repeat("x", 33), strings.Repeat("ab", 20), strings.Repeat("a", 5000)} {
		if _, err := ParseMaster([]byte(text)); !errors.Is(err, ErrMaster) {
			t.Errorf("%.20q: %v", text, err)
		}
	}
}

func TestNewMaster(t *testing.T) {
	m, text := NewMaster()
	n, err := ParseMaster(text)
	must(t, err)
	if m.Fingerprint() != n.Fingerprint() || len(m.Fingerprint()) != 16 {
		t.Errorf("%s, and read back %s", m.Fingerprint(), n.Fingerprint())
	}
	if other, _ := NewMaster(); other.Fingerprint() == m.Fingerprint() {
		t.Error("the same key twice")
	}
	if bytes.Contains(text, []byte(m.Fingerprint())) {
		t.Error("the fingerprint is a part of the key")
	}
	file := filepath.Join(t.TempDir(), "key")
	must(t, os.WriteFile(file, text, 0o600))
	if n, err := ReadMaster(file); err != nil || n.Fingerprint() != m.Fingerprint() {
		t.Errorf("of a file: %v", err)
	}
	if _, err := ReadMaster(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of no file: %v", err)
	}
}

// TestFile: what was made opens with its key, and after a rotation with the
// next one only, and gives the same keys.
func TestFile(t *testing.T) {
	dir := t.TempDir()
	first, _ := NewMaster()
	second, _ := NewMaster()
	r := New(first)
	must(t, r.File.Store(dir))
	f, err := Load(dir)
	must(t, err)
	opened, err := f.Open(first)
	must(t, err)
	must(t, opened.Rotate(second).Store(dir))
	f, err = Load(dir)
	must(t, err)
	if _, err := f.Open(first); !errors.As(err, new(*WrongKeyError)) || !strings.Contains(err.Error(), second.Fingerprint()) {
		t.Errorf("the key before: %v", err)
	}
	again, err := f.Open(second)
	must(t, err)
	if !bytes.Equal(again.Badger(), r.Badger()) || !f.Made.Equal(r.File.Made) {
		t.Error("other keys, or another time")
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("%v is left", names)
	}
}

// TestFileIsBound: no field can be changed.
func TestFileIsBound(t *testing.T) {
	m, _ := NewMaster()
	for what, change := range map[string]func(f *File){
		"made":    func(f *File) { f.Made = f.Made.Add(-1e9) },
		"rotated": func(f *File) { f.Rotated = f.Rotated.Add(1e9) },
		"salt":    func(f *File) { f.Salt[0]++ },
		"wrapped": func(f *File) { f.Wrapped[len(f.Wrapped)-1]++ },
		"cut off": func(f *File) { f.Wrapped = f.Wrapped[:5] },
	} {
		f := New(m).File
		change(f)
		if _, err := f.Open(m); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestKeysDiffer: no two purposes, segments or directories have the same key.
func TestKeysDiffer(t *testing.T) {
	m, _ := NewMaster()
	seen := map[string]string{}
	note := func(what string, key []byte) {
		if before, ok := seen[string(key)]; ok {
			t.Errorf("%s has the key of %s", what, before)
		}
		seen[string(key)] = what
	}
	encrypted := func(r *Ring, number, id uint64) []byte {
		b := make([]byte, 16)
		r.Segment(number, id).Encrypt(b, b)
		return b
	}
	for _, r := range []*Ring{New(m), New(m)} {
		note("badger", r.Badger())
		note("segment 1 2", encrypted(r, 1, 2))
		note("segment 2 1", encrypted(r, 2, 1))
		note("segment 1 1", encrypted(r, 1, 1))
		if !bytes.Equal(encrypted(r, 7, 8), encrypted(r, 7, 8)) {
			t.Error("a segment has two keys")
		}
	}
}

// FuzzParse: a file of keys is refused as damaged, or says the same when it is
// written again; who has another key never opens it.
func FuzzParse(f *testing.F) {
	m, _ := NewMaster()
	text := New(m).File.Text()
	f.Add(text)
	f.Add(text[:len(text)/2])
	f.Add(append(bytes.Clone(text), "{}"...))
	f.Add([]byte(`{"format":2}`))
	f.Add([]byte(`null`))
	other, _ := NewMaster()
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := Parse(b)
		if err != nil {
			return
		}
		if _, err := file.Open(other); err == nil {
			t.Error("opened with any key")
		}
		again, err := Parse(file.Text())
		if err != nil || !bytes.Equal(again.Text(), file.Text()) {
			t.Errorf("written again: %v", err)
		}
	})
}
