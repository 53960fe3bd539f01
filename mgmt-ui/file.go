package mgmtui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// How long a browser may use what it has got.
const (
	forGood  = "public, max-age=31536000, immutable"
	askAgain = "no-cache"
)

// kinds are the types of files, by extension: the table of the machine may
// know others.
var kinds = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".mjs":  "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// file is what a browser gets under one path.
type file struct {
	text  []byte
	kind  string
	etag  string
	cache string
	gzip  func() []byte // nil if it would not be smaller; made when first asked for
}

func newFile(name string, text []byte, cache string) *file {
	sum := sha256.Sum256(text)
	f := &file{text: text, kind: kinds[path.Ext(name)], etag: `"` + hex.EncodeToString(sum[:8]) + `"`, cache: cache}
	if f.kind == "" {
		f.kind = "text/plain; charset=utf-8"
	}
	f.gzip = sync.OnceValue(func() []byte { return squeeze(text) })
	return f
}

func squeeze(text []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	z.Write(text)
	z.Close()
	if b.Len() >= len(text) {
		return nil
	}
	return b.Bytes()
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", f.cache)
	h.Set("ETag", f.etag)
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("If-None-Match"), f.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	text := f.text
	if z := f.gzip(); z != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		text = z
	}
	h.Set("Content-Type", f.kind)
	h.Set("Content-Length", strconv.Itoa(len(text)))
	if r.Method != http.MethodHead {
		w.Write(text)
	}
}
