package mgmt

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
)

func (a *API) eventRoutes(r chi.Router) {
	r.Get("/api/x/events", a.asManager(a.events))
}

// A stream sends what there is once a second, a comment when there was nothing
// for long, and ends with a client that takes nothing for longer.
const (
	streamEvery = time.Second
	beatEvery   = 15 * time.Second
	slowReader  = 10 * time.Second
)

// stream is one client that listens to events.
type stream struct {
	*API
	w      http.ResponseWriter
	r      *http.Request
	user   *auth.User
	topics []topic
	after  uint64 // the last happening it has seen
	missed bool
	sent   map[string][]byte // of topics that GET answers
	queues map[string]*watchedQueues
	out    bytes.Buffer
	wrote  time.Time
}

// events streams server-sent events. Each is {"topic":…,"data":…}, under the
// kind of its topic; what happened has an id from which a client can go on, and
// "gap" tells that there was more in between than is remembered.
func (a *API) events(w http.ResponseWriter, r *http.Request, u *auth.User) {
	topics, err := a.parseTopics(r.URL.Query().Get("topics"), u)
	if why, refused := err.(refusal); refused {
		refuse(w, string(why))
		return
	}
	if err != nil {
		problem(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no")
	if r.Method == http.MethodHead {
		return
	}
	if !a.happenings.enter(u.Name) {
		w.Header().Set("Retry-After", "10")
		fail(w, http.StatusTooManyRequests, "too_many_requests", "There are too many streams of events.")
		return
	}
	defer a.happenings.leave(u.Name)
	s := &stream{API: a, w: w, r: r, user: u, topics: topics, sent: map[string][]byte{}, queues: map[string]*watchedQueues{}}
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		id = r.URL.Query().Get("last_event_id")
	}
	s.after, s.missed = a.happenings.place(id)
	s.out.WriteString("retry: 2000\n\n")
	s.run()
}

func (s *stream) run() {
	t := time.NewTicker(streamEvery)
	defer t.Stop()
	for s.turn() == nil {
		select {
		case <-t.C:
		case <-s.r.Context().Done():
			return
		case <-s.broker.Done():
			return
		}
	}
}

// turn sends what is new. An error ends the stream.
func (s *stream) turn() error {
	if !s.known() {
		return context.Canceled
	}
	var missed bool
	s.after, missed = s.happenings.since(s.after, s.happened)
	if missed || s.missed {
		s.missed = false
		s.event("", "gap", "", nil)
	}
	for i := range s.topics {
		switch t := &s.topics[i]; {
		case t.path != "":
			s.look(t)
		case t.kind == "queues":
			s.lookAtQueues(t)
		}
	}
	return s.flush()
}

// known reports whether the user is still who it was, with the same login.
func (s *stream) known() bool {
	u := s.today(s.user)
	if u == nil || !manages(u) {
		return false
	}
	s.user = u
	if _, err := s.r.Cookie(cookieName); err != nil || s.r.Header.Get("Authorization") != "" {
		return true
	}
	return s.logins.user(s.r, s.today) != nil
}

func (s *stream) happened(id string, h *happening) {
	for i := range s.topics {
		if t := &s.topics[i]; heardBy[t.kind] == "" || has(s.user, heardBy[t.kind]) {
			if s.hears(s.user, t, h) {
				s.event(id, t.kind, t.text, h.data)
				return
			}
		}
	}
}

// look sends what GET answers for t, when that is new.
func (s *stream) look(t *topic) {
	text := s.ask(t.path)
	if bytes.Equal(s.sent[t.text], text) {
		return
	}
	s.sent[t.text] = text
	s.event("", t.kind, t.text, text)
}

// ask is what a GET of the stream's user answers, in one line.
func (s *stream) ask(path string) []byte {
	ctx := context.WithValue(s.r.Context(), whoAsks{}, s.user)
	ctx = context.WithValue(ctx, chi.RouteCtxKey, nil) // the way of this request is another
	r := s.r.Clone(ctx)
	r.Header = http.Header{}
	u, err := url.Parse(path)
	if err != nil { // not of escaped names
		return nil
	}
	r.URL, r.RequestURI = u, path
	got := &answered{header: http.Header{}}
	s.router.ServeHTTP(got, r)
	var line bytes.Buffer
	if json.Compact(&line, got.body.Bytes()) != nil {
		return []byte("null")
	}
	return line.Bytes()
}

// answered is an answer for ourselves.
type answered struct {
	header http.Header
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (w *answered) Header() http.Header { return w.header }

// Write implements http.ResponseWriter.
func (w *answered) Write(p []byte) (int, error) { return w.body.Write(p) }

// WriteHeader implements http.ResponseWriter; what is wrong is in the body.
func (w *answered) WriteHeader(int) {}

// event appends an event. data is JSON in one line.
func (s *stream) event(id, kind, text string, data json.RawMessage) {
	if id != "" {
		s.out.WriteString("id: " + id + "\n")
	}
	line, err := json.Marshal(struct {
		Topic string          `json:"topic,omitempty"`
		Data  json.RawMessage `json:"data,omitempty"`
	}{text, data})
	if err != nil { // not of JSON
		return
	}
	s.out.WriteString("event: " + kind + "\ndata: ")
	s.out.Write(line)
	s.out.WriteString("\n\n")
}

// flush sends what is there, or from time to time a comment.
func (s *stream) flush() error {
	now := time.Now()
	if s.out.Len() == 0 {
		if now.Sub(s.wrote) < beatEvery {
			return nil
		}
		s.out.WriteString(": beat\n\n")
	}
	c := http.NewResponseController(s.w)
	c.SetWriteDeadline(now.Add(slowReader)) // not every writer has one
	_, err := s.w.Write(s.out.Bytes())
	s.out.Reset()
	if s.out.Cap() > maxSpareBytes {
		s.out = bytes.Buffer{}
	}
	s.wrote = now
	if err == nil {
		err = c.Flush()
	}
	return err
}

// maxSpareBytes is how much memory a stream keeps for what it sends next.
const maxSpareBytes = 64 << 10

// isStream reports whether r asks for a stream of events.
func isStream(r *http.Request) bool {
	return r.Header.Get("Accept") == "text/event-stream" || strings.HasSuffix(r.URL.Path, "/x/events")
}
