package main

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"

	"github.com/hutchmq/hutchmq/definitions"
)

// applied is the mark, in the data directory, of the definitions that were
// applied last.
type applied struct{ path, sum string }

// newApplied sums docs up as they are read, with the values of their variables.
func newApplied(dir string, docs []*definitions.Document) (applied, error) {
	h := sha256.New()
	for _, d := range docs {
		text, err := d.JSON()
		if err != nil {
			return applied{}, err
		}
		h.Write([]byte(d.Owner + "\x00"))
		h.Write(text)
	}
	return applied{filepath.Join(dir, "definitions.sha256"), hex.EncodeToString(h.Sum(nil))}, nil
}

// before reports whether they are the same as when they were applied.
func (a applied) before() bool {
	text, err := os.ReadFile(a.path)
	return err == nil && strings.TrimSpace(string(text)) == a.sum
}

// note leaves the mark. One that is cut off is another one.
func (a applied) note() error {
	if a.before() {
		return nil
	}
	return os.WriteFile(a.path, []byte(a.sum+"\n"), 0o600)
}
