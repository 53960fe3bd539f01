package mgmtui

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func ask(h http.Handler, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var linked = regexp.MustCompile(`(?:src|href)="(ui/[^"]+|favicon\.svg)"|": "\./(ui/[^"]+)"`)

// TestPageLoads: all that the page names is there, of the right kind, to be
// kept for good.
func TestPageLoads(t *testing.T) {
	h := New()
	w := ask(h, "GET", "/")
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Header().Get("Cache-Control") != "no-cache" {
		t.Fatalf("/ answers %d %v", w.Code, w.Header())
	}
	names := linked.FindAllStringSubmatch(w.Body.String(), -1)
	if len(names) < 10 {
		t.Fatalf("the page names %d files", len(names))
	}
	for _, m := range names {
		name := "/" + m[1] + m[2]
		f := ask(h, "GET", name)
		if f.Code != 200 || f.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s answers %d %v", name, f.Code, f.Header())
		}
		if cache := f.Header().Get("Cache-Control"); strings.HasPrefix(name, "/ui/") && cache != forGood {
			t.Errorf("%s: Cache-Control %q", name, cache)
		}
		if kind := f.Header().Get("Content-Type"); strings.HasSuffix(name, "js") && !strings.HasPrefix(kind, "text/javascript") {
			t.Errorf("%s: Content-Type %q", name, kind)
		}
	}
}

func TestPolicy(t *testing.T) {
	w := ask(New(), "GET", "/")
	p := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self' '" + scriptHash(w.Body.String()) + "'", "frame-ancestors 'none'"} {
		if !strings.Contains(p, want) {
			t.Errorf("no %s in %s", want, p)
		}
	}
	for _, never := range []string{"unsafe-inline", "unsafe-eval", "http:", "https:", "*"} {
		if strings.Contains(p, never) {
			t.Errorf("%s in %s", never, p)
		}
	}
	scripts := regexp.MustCompile(`<script[^>]*>`).FindAllString(w.Body.String(), -1)
	for _, s := range scripts {
		if !strings.Contains(s, " src=") && s != `<script type="importmap">` {
			t.Errorf("an inline script: %s", s)
		}
	}
}

func TestNotThere(t *testing.T) {
	h := New()
	for _, path := range []string{"/ui/@/js/app.js", "/ui/", "/ui/0123456789ab/js/app.js", "/js/app.js", "/ui/../ui.go", "/index.html", "/x"} {
		if w := ask(h, "GET", path); w.Code != 404 {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
	if w := ask(h, "POST", "/"); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST / answers %d %v", w.Code, w.Header())
	}
}

func TestUnchanged(t *testing.T) {
	h := New()
	etag := ask(h, "GET", "/").Header().Get("ETag")
	if w := ask(h, "GET", "/", "If-None-Match", "W/"+etag); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("answers %d and %d bytes to its own ETag", w.Code, w.Body.Len())
	}
	if w := ask(h, "GET", "/", "If-None-Match", `"other"`); w.Code != 200 {
		t.Errorf("answers %d to another ETag", w.Code)
	}
}

func TestGzip(t *testing.T) {
	h := New()
	plain, small := ask(h, "GET", "/"), ask(h, "GET", "/", "Accept-Encoding", "br, gzip")
	z, err := gzip.NewReader(small.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || string(text) != plain.Body.String() {
		t.Errorf("gzip holds another page: %v", err)
	}
	if plain.Header().Get("Content-Encoding") != "" || small.Header().Get("Vary") != "Accept-Encoding" {
		t.Errorf("plain %v, small %v", plain.Header(), small.Header())
	}
	if w := ask(h, "HEAD", "/"); w.Body.Len() != 0 || w.Header().Get("Content-Length") != plain.Header().Get("Content-Length") {
		t.Errorf("HEAD gives %d bytes, %v", w.Body.Len(), w.Header())
	}
}

// TestVersionIsOfAllFiles: the path changes whenever a file does.
func TestVersionIsOfAllFiles(t *testing.T) {
	names, version := list()
	if len(version) != 12 || len(names) < 20 {
		t.Fatalf("version %q of %d files", version, len(names))
	}
	if body := ask(New(), "GET", "/").Body.String(); strings.Contains(body, anyVersion) || !strings.Contains(body, "ui/"+version+"/") {
		t.Error("the page does not name the version")
	}
}
