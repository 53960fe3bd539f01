// Package keyring is the keys of a data directory: the master key that an
// operator holds wraps a root key, which lies in the directory, and all other
// keys come of that. It knows no segment, no database and no queue.
package keyring

import (
	"bytes"
	"crypto/aes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// ErrMaster is in the chain of all that is wrong with a master key's file.
var ErrMaster = errors.New("not a key")

// maxMaster bounds what is read of a file that should be a key.
const maxMaster = 4 << 10

// Master is the key that opens a data directory. It is kept elsewhere.
type Master struct{ key []byte }

// ReadMaster reads the file of a master key, as ParseMaster does.
func ReadMaster(path string) (*Master, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxMaster+1))
	if err != nil {
		return nil, err
	}
	m, err := ParseMaster(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// ParseMaster takes a key of 16, 24 or 32 bytes: in hex, in base64, or as it
// is. Blanks around a text say nothing.
func ParseMaster(b []byte) (*Master, error) {
	text := string(bytes.TrimSpace(b))
	if key, err := hex.DecodeString(text); err == nil && whole(key) {
		return &Master{key}, nil
	}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		if key, err := e.DecodeString(text); err == nil && whole(key) {
			return &Master{key}, nil
		}
	}
	if !whole(b) {
		return nil, fmt.Errorf("%w: it should be 16, 24 or 32 bytes, as they are, in hex or in base64", ErrMaster)
	}
	return &Master{bytes.Clone(b)}, nil
}

func whole(key []byte) bool { return len(key) == 16 || len(key) == 24 || len(key) == 32 }

// NewMaster makes a key, and the text of a file for it.
func NewMaster() (m *Master, text []byte) {
	m = &Master{random(rootBytes)}
	return m, append(hex.AppendEncode(nil, m.key), '\n')
}

// Fingerprint tells keys apart, and nothing of what they are.
func (m *Master) Fingerprint() string {
	return hex.EncodeToString(derive(m.key, nil, "hutchmq fingerprint")[:8])
}

// derive makes a key of AES-256 out of another one.
func derive(secret, salt []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, secret, salt, purpose, 2*aes.BlockSize)
	if err != nil {
		panic(err) // it would take a longer key
	}
	return key
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
