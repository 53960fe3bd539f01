package keyring

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// sealed is a stream of size bytes, and what is in it.
func sealed(t testing.TB, m *Master, size int) (stream, plain []byte) {
	t.Helper()
	r := New(m)
	plain = bytes.Repeat([]byte("the same again and again. "), size/26+1)[:size]
	var b bytes.Buffer
	w, err := r.Seal(&b, r.File)
	must(t, err)
	for rest := plain; len(rest) > 0; {
		n := min(len(rest), 10_007)
		_, err := w.Write(rest[:n])
		must(t, err)
		rest = rest[n:]
	}
	must(t, w.Close())
	return b.Bytes(), plain
}

func unseal(stream []byte, m *Master) ([]byte, error) {
	r, err := Unseal(bytes.NewReader(stream), m)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestSeal(t *testing.T) {
	m, _ := NewMaster()
	for _, size := range []int{0, 1, chunkBytes - 1, chunkBytes, chunkBytes + 1, 5*chunkBytes + 17} {
		stream, plain := sealed(t, m, size)
		got, err := unseal(stream, m)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %d came back, %v", size, len(got), err)
		}
		if fingerprint, err := CheckSeal(bytes.NewReader(stream)); err != nil || fingerprint != m.Fingerprint() {
			t.Errorf("%d bytes, without the key: %s %v", size, fingerprint, err)
		}
		if !IsSealed(stream) || IsSealed(plain) || bytes.Contains(stream, []byte("again")) {
			t.Errorf("%d bytes: it is not sealed", size)
		}
	}
}

// TestSealIsWhole: cut off or changed anywhere, it is refused, with the key and
// without.
func TestSealIsWhole(t *testing.T) {
	m, _ := NewMaster()
	stream, plain := sealed(t, m, 3*chunkBytes+100)
	for at := 0; at < len(stream); at += 1 + len(stream)/300 {
		changed := bytes.Clone(stream)
		changed[at] ^= 0x20
		for what, s := range map[string][]byte{"cut off": stream[:at], "changed": changed} {
			if _, err := unseal(s, m); err == nil {
				t.Errorf("%s at %d of %d: read", what, at, len(stream))
			}
			if _, err := CheckSeal(bytes.NewReader(s)); !errors.Is(err, ErrSeal) {
				t.Errorf("%s at %d of %d: checked: %v", what, at, len(stream), err)
			}
		}
	}
	if got, err := unseal(append(bytes.Clone(stream), "more"...), m); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("what follows is another stream: %v", err)
	}
}

// TestSealedChunksStay: a stream whose chunks are in another order, or are those
// of another one, is refused with the key, whatever its sum says.
func TestSealedChunksStay(t *testing.T) {
	m, _ := NewMaster()
	stream, _ := sealed(t, m, 2*chunkBytes+5)
	chunk := chunkBytes + tagBytes + 4
	end := len(stream) - 36
	last := 5 + tagBytes + 4
	first := end - last - 2*chunk
	var swapped []byte
	swapped = append(swapped, stream[:first]...)
	swapped = append(swapped, stream[first+chunk:first+2*chunk]...)
	swapped = append(swapped, stream[first:first+chunk]...)
	swapped = append(swapped, stream[first+2*chunk:]...)
	without := append(bytes.Clone(stream[:end-last]), stream[end:]...)
	for what, s := range map[string][]byte{"swapped": swapped, "without the last": without} {
		if _, err := unseal(s, m); !errors.Is(err, ErrSeal) {
			t.Errorf("%s: %v", what, err)
		}
	}
	other, _ := NewMaster()
	if _, err := unseal(stream, other); !errors.As(err, new(*WrongKeyError)) {
		t.Errorf("another key: %v", err)
	}
}

// FuzzUnseal reads anything.
func FuzzUnseal(f *testing.F) {
	m, _ := NewMaster()
	stream, _ := sealed(f, m, 100)
	f.Add(stream)
	f.Add(stream[:60])
	f.Add([]byte(sealMagic + "\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, err := unseal(b, m)
		_, err2 := CheckSeal(bytes.NewReader(b))
		if err == nil && err2 != nil {
			t.Errorf("whole with the key, and without: %v", err2)
		}
	})
}
