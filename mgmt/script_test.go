package mgmt_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// TestScripts plays the conversations in testdata/script, each with a broker of
// its own:
//
//	as guest:guest                  who asks from now on; "as nobody"
//	with Accept: text/html          a header of the next request
//	PUT /api/vhosts/v {"tags":[]}   a request
//	  201                           its answer: the status,
//	  Allow: HEAD, GET              a header ("-" is none),
//	  {"a":1}                       the body, equal as JSON,
//	  has {"a":1}                   or an object, or a list of them, with these
//	                                keys among others
//
// An answer without a body line has no body to speak of if its status is 201,
// 204 or 405, and any if it is another.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := script{T: t, node: newNode(t), file: file, user: "guest:guest"}
			for i, line := range strings.Split(string(text), "\n") {
				s.line = i + 1
				s.step(strings.TrimRight(line, " "))
			}
			s.finish()
		})
	}
}

// script plays one file.
type script struct {
	*testing.T
	node node
	file string
	line int

	user   string
	header http.Header
	cookie *http.Cookie

	asked  string // the request, "" before the first
	got    *httptest.ResponseRecorder
	bodied bool // something was said of the body
}

func (s *script) step(line string) {
	verb, rest, _ := strings.Cut(line, " ")
	switch {
	case line == "" || verb == "#":
	case verb == "":
		s.expect(strings.TrimSpace(line))
	case verb == "as":
		s.finish()
		s.user = rest
	case verb == "with":
		s.finish()
		key, value, _ := strings.Cut(rest, ": ")
		if s.header == nil {
			s.header = http.Header{}
		}
		s.header.Set(key, value)
	default:
		s.finish()
		path, body, _ := strings.Cut(rest, " ")
		s.asked = line
		s.ask(verb, path, body)
	}
}

func (s *script) ask(method, path, body string) {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for key, values := range s.header {
		r.Header[key] = values
	}
	s.header = nil
	if name, password, ok := strings.Cut(s.user, ":"); ok {
		r.SetBasicAuth(name, password)
	}
	if s.cookie != nil {
		r.AddCookie(s.cookie)
	}
	s.got = httptest.NewRecorder()
	s.node.ServeHTTP(s.got, r)
	for _, c := range s.got.Result().Cookies() {
		if s.cookie = c; c.MaxAge < 0 {
			s.cookie = nil
		}
	}
}

func (s *script) wrong(format string, args ...any) {
	s.Helper()
	s.Errorf("%s:%d: %s", s.file, s.line, s.asked)
	s.Errorf(format, args...)
}

func (s *script) expect(want string) {
	s.Helper()
	verb, rest, _ := strings.Cut(want, " ")
	status, err := strconv.Atoi(verb)
	switch {
	case err == nil && rest == "":
		if s.got.Code != status {
			s.wrong("got %d %s, want %d", s.got.Code, s.got.Body, status)
		}
	case verb == "has":
		s.expectBody(rest, includes)
	case strings.HasSuffix(verb, ":") && want[0] != '{':
		key, value := strings.TrimSuffix(verb, ":"), rest
		if got := strings.Join(s.got.Header().Values(key), ", "); got != value && !(value == "-" && got == "") {
			s.wrong("header %s is %q, want %q", key, got, value)
		}
	default:
		s.expectBody(want, reflect.DeepEqual)
	}
}

func (s *script) expectBody(want string, same func(want, got any) bool) {
	s.Helper()
	s.bodied = true
	var w, g any
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		s.Fatalf("%s:%d: %v", s.file, s.line, err)
	}
	if err := json.Unmarshal(s.got.Body.Bytes(), &g); err != nil || !same(w, g) {
		s.wrong("got %s\nwant %s", s.got.Body, want)
	}
}

// finish looks at what the script left unsaid of the last answer.
func (s *script) finish() {
	if s.asked == "" || s.bodied {
		s.bodied = false
		return
	}
	if c := s.got.Code; (c == 201 || c == 204 || c == 405) && s.got.Body.Len() > 0 {
		s.wrong("got a body: %s", s.got.Body)
	}
}

// includes reports whether want is got, or objects in want have no more keys
// than those in got.
func includes(want, got any) bool {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		for key, value := range w {
			ok = ok && includes(value, g[key])
		}
		return ok
	case []any:
		g, ok := got.([]any)
		ok = ok && len(g) == len(w)
		for i := 0; ok && i < len(w); i++ {
			ok = includes(w[i], g[i])
		}
		return ok
	}
	return reflect.DeepEqual(want, got)
}
