package mgmt

import (
	"bytes"
	"context"
	"encoding/json"
	"hash/maphash"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"
)

// look is what a stream knows of a topic that GET answers.
type look struct {
	sent uint64 // of the last answer, by the stream's seed; 0 none
	at   time.Time
	took time.Duration
	over bool // it was refused, and is not asked for again
}

// A look comes once a second, sooner when something was created or deleted, and
// all looks of all streams together take no more of the time than this for each
// path of a stream: one that takes long comes less often.
const (
	lookEvery   = time.Second - 50*time.Millisecond // the clock that wakes a stream is not exact
	stirredWait = 200 * time.Millisecond
	lookShare   = 10 // one part in so many
)

// maxLookBytes bounds the answers that streams send.
const maxLookBytes = 1 << 20

// due reports whether it is time for l, with so many streams open. stirred
// tells that something was created or deleted since.
func (l *look) due(now time.Time, open int, stirred bool) bool {
	wait := lookEvery
	if stirred {
		wait = stirredWait
	}
	return !l.over && now.Sub(l.at) >= max(wait, l.took*lookShare*time.Duration(open))
}

// look sends what GET answers for t, when that is new.
func (s *stream) look(t *topic) {
	l := s.looks[t.text]
	if l == nil {
		l = &look{}
		s.looks[t.text] = l
	}
	now := time.Now()
	if !l.due(now, s.happenings.streamsOpen(), s.stirred) {
		return
	}
	status, text := s.ask(t.path)
	l.at = time.Now()
	l.took = l.at.Sub(now)
	l.over = status >= http.StatusBadRequest && status < http.StatusInternalServerError && status != http.StatusNotFound
	if sum := maphash.Bytes(s.seed, text) | 1; sum != l.sent {
		l.sent = sum
		s.event("", t.kind, told{t.text, status, text})
	}
}

// ask is what a GET of the stream's user answers, in one line.
func (s *stream) ask(path string) (status int, line []byte) {
	ctx := context.WithValue(s.r.Context(), whoAsks{}, s.user)
	ctx = context.WithValue(ctx, fromStream{}, true)
	ctx = context.WithValue(ctx, chi.RouteCtxKey, nil) // the way of this request is another
	r := s.r.Clone(ctx)
	r.Header = http.Header{}
	u, err := url.Parse(path)
	if err != nil {
		return http.StatusBadRequest, []byte("null")
	}
	r.URL, r.RequestURI = u, path
	got := &answered{header: http.Header{}, status: http.StatusOK}
	s.router.ServeHTTP(got, r)
	if got.much {
		return http.StatusRequestEntityTooLarge, []byte("null")
	}
	var text bytes.Buffer
	if json.Compact(&text, got.body.Bytes()) != nil {
		return got.status, []byte("null")
	}
	return got.status, text.Bytes()
}

// fromStream is the key that tells requests of streams from others.
type fromStream struct{}

// answered is an answer for ourselves.
type answered struct {
	header http.Header
	status int
	body   bytes.Buffer
	much   bool // more than fits
}

// Header implements http.ResponseWriter.
func (w *answered) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *answered) WriteHeader(status int) { w.status = status }

// Write implements http.ResponseWriter. It refuses what is too much.
func (w *answered) Write(p []byte) (int, error) {
	if w.body.Len()+len(p) > maxLookBytes {
		w.much = true
		return 0, http.ErrContentLength
	}
	return w.body.Write(p)
}
