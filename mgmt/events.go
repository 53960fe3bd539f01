package mgmt

import (
	"hash/maphash"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
)

func (a *API) eventRoutes(r chi.Router) {
	r.Get("/api/x/events", a.asManager(a.events))
}

// events streams server-sent events. Each is {"topic":…,"data":…}, under the
// kind of its topic; what happened has an id from which a client can go on, and
// "gap" tells that there was more in between than is remembered.
func (a *API) events(w http.ResponseWriter, r *http.Request, u *auth.User) {
	topics, err := a.topicsOf(r, u)
	if why, refused := err.(refusal); refused {
		refuse(w, string(why))
		return
	}
	if err != nil {
		problem(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept-Encoding")
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
	s := &stream{
		API: a, w: w, r: r, user: u, topics: topics,
		looks: map[string]*look{}, seed: maphash.MakeSeed(), queues: map[string]*watchedQueues{},
	}
	s.squeeze()
	defer s.end()
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		id = r.URL.Query().Get("last_event_id")
	}
	s.after, s.missed = a.happenings.place(id)
	s.out.WriteString("retry: 2000\n\n")
	s.run()
}

// isStream reports whether r asks for a stream of events.
func isStream(r *http.Request) bool {
	return r.Header.Get("Accept") == "text/event-stream" || strings.HasSuffix(r.URL.Path, "/x/events")
}
