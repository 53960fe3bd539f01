// Package mgmtui serves the web UI: static files that are part of the binary.
// It knows no broker; its pages ask the HTTP API from the browser.
package mgmtui

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
)

//go:embed static
var static embed.FS

// anyVersion stands in the page for the version, so that the files also work
// as they lie in the folder.
const anyVersion = "ui/@/"

// policy is all that a page may do: load from here, and run no script inline
// but the import map.
const policy = "default-src 'none'; script-src 'self' '%s'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

var importMap = regexp.MustCompile(`(?s)<script type="importmap">(.*?)</script>`)

// ui is the page and the files it loads, which have the hash of them all in
// their path: a browser keeps them for good, and asks for new ones after an
// upgrade.
type ui struct {
	page   *file
	icon   *file
	policy string
	files  map[string]*file // by path: "/ui/0123456789ab/js/app.js"
}

// New makes the handler of "/", "/favicon.svg" and all below "/ui/". It answers
// 404 to any other path.
func New() http.Handler {
	names, version := list()
	u := &ui{files: make(map[string]*file, len(names))}
	for _, name := range names {
		u.files["/ui/"+version+"/"+name] = newFile(name, read(name), forGood)
	}
	page := strings.ReplaceAll(string(read("index.html")), anyVersion, "ui/"+version+"/")
	u.page = newFile("index.html", []byte(page), askAgain)
	u.icon = newFile("favicon.svg", read("favicon.svg"), askAgain)
	u.policy = fmt.Sprintf(policy, scriptHash(page))
	return u
}

// list gives the names of all files, and a hash of what is in them.
func list() (names []string, version string) {
	all := sha256.New()
	fs.WalkDir(static, "static", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			name := strings.TrimPrefix(p, "static/")
			names = append(names, name)
			fmt.Fprintf(all, "%s %x\n", name, sha256.Sum256(read(name)))
		}
		return err
	})
	return names, hex.EncodeToString(all.Sum(nil))[:12]
}

// read gives what is in a file of list.
func read(name string) []byte {
	text, _ := static.ReadFile(path.Join("static", name))
	return text
}

// scriptHash names the import map of a page in a content security policy.
func scriptHash(page string) string {
	m := importMap.FindStringSubmatch(page)
	if m == nil {
		return "none"
	}
	sum := sha256.Sum256([]byte(m[1]))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (u *ui) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Content-Security-Policy", u.policy)
	f := u.find(r.URL.Path)
	switch {
	case f == nil:
		http.NotFound(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		h.Set("Allow", "GET, HEAD")
		w.WriteHeader(http.StatusMethodNotAllowed)
	default:
		f.serve(w, r)
	}
}

func (u *ui) find(path string) *file {
	switch path {
	case "/":
		return u.page
	case "/favicon.svg":
		return u.icon
	}
	return u.files[path]
}
