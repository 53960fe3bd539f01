package mgmt

import (
	"bytes"
	"context"
	"encoding/json"
	"hash/maphash"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/hutchmq/hutchmq/auth"
)

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
	zip    *gzip.Writer // nil: the client does not read it
	topics []topic
	after  uint64 // the last happening it has seen
	missed bool
	// stirred tells that since the last turn something was created or deleted
	// which the user may know of.
	stirred bool
	looks   map[string]*look
	seed    maphash.Seed
	queues  map[string]*watchedQueues
	out     bytes.Buffer
	wrote   time.Time
}

func (s *stream) run() {
	if s.flush() != nil { // at once: who waits in vain knows that something holds it back
		return
	}
	t := time.NewTicker(streamEvery)
	defer t.Stop()
	for s.turn() == nil {
		select {
		case <-t.C:
		case <-s.happenings.later(s.after):
			if !s.wait(stirredWait) { // for what comes along with it
				return
			}
		case <-s.r.Context().Done():
			return
		case <-s.broker.Done():
			return
		}
	}
}

// wait lets some time pass. It reports whether the stream goes on.
func (s *stream) wait(d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-s.r.Context().Done():
	case <-s.broker.Done():
	}
	return false
}

// turn sends what is new. An error ends the stream.
func (s *stream) turn() error {
	if !s.known() {
		return context.Canceled
	}
	var missed bool
	s.stirred = false
	s.after, missed = s.happenings.since(s.after, s.happened)
	if missed || s.missed {
		s.missed = false
		s.event("", "gap", told{})
	}
	for i := range s.topics {
		switch t := &s.topics[i]; {
		case t.path != "":
			s.look(t)
		case t.kind == "queues":
			s.lookAtQueues(t)
		}
		if s.out.Len() < maxLookBytes {
			continue
		}
		if err := s.flush(); err != nil {
			return err
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
	s.stirred = s.stirred || s.stirs(h)
	for i := range s.topics {
		if t := &s.topics[i]; heardBy[t.kind] == "" || has(s.user, heardBy[t.kind]) {
			if s.hears(s.user, t, h) {
				s.event(id, t.kind, told{Topic: t.text, Data: h.data})
				return
			}
		}
	}
}

// stirs reports whether h may change what GET answers the user.
func (s *stream) stirs(h *happening) bool {
	switch h.kind {
	case "changes", "connections", "alarms":
		return s.hears(s.user, &topic{kind: h.kind}, h)
	}
	return false
}

// told is the data of an event. The status is that of an answer which is no
// success.
type told struct {
	Topic  string          `json:"topic,omitempty"`
	Status int             `json:"status,omitempty"`
	Data   json.RawMessage `json:"data,omitempty"`
}

// event appends an event. Its data is JSON in one line.
func (s *stream) event(id, kind string, t told) {
	if t.Status == http.StatusOK {
		t.Status = 0
	}
	line, err := json.Marshal(t)
	if err != nil { // not of JSON
		return
	}
	if id != "" {
		s.out.WriteString("id: " + id + "\n")
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
	_, err := s.write(s.out.Bytes())
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

// squeeze has the stream compressed for a client that reads that. Nothing is
// kept from one event to the next, so that a stream at rest costs no memory.
func (s *stream) squeeze() {
	if !strings.Contains(s.r.Header.Get("Accept-Encoding"), "gzip") {
		return
	}
	if z, err := gzip.NewWriterLevel(s.w, gzip.StatelessCompression); err == nil {
		s.zip = z
		s.w.Header().Set("Content-Encoding", "gzip")
	}
}

func (s *stream) write(p []byte) (int, error) {
	if s.zip != nil {
		return s.zip.Write(p)
	}
	return s.w.Write(p)
}

// end tells a client that still listens that nothing is missing.
func (s *stream) end() {
	if s.zip != nil {
		s.zip.Close() // the client may be gone
	}
}

// maxSpareBytes is how much memory a stream keeps for what it sends next.
const maxSpareBytes = 64 << 10
