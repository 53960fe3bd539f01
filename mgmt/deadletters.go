package mgmt

import (
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
)

func (a *API) deadLetterRoutes(r chi.Router) {
	r.Get("/api/x/dead-letters/{vhost}", a.inVhost(a.deadLetters))
}

// deadLetters is where dead letters of a vhost wait.
type deadLetters struct {
	Queues []lettersIn `json:"queues"`
	All    bool        `json:"all"` // every queue was looked into
}

// lettersIn are the dead letters of a queue.
type lettersIn struct {
	Queue   string   `json:"queue"`
	Ready   int      `json:"messages_ready"`
	Looked  int      `json:"looked"`   // of these
	AtLeast bool     `json:"at_least"` // there may be more
	Causes  []causes `json:"causes"`
}

// causes are where and why messages died.
type causes struct {
	Queue  string `json:"queue"`
	Reason string `json:"reason"`
	Count  int    `json:"count"`
	First  *int64 `json:"first"` // Unix milliseconds
	Last   *int64 `json:"last"`
}

func (a *API) deadLetters(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if !a.needVhost(w, r) {
		return
	}
	list, all, err := a.broker.DeadLetters(u, parameter(r, "vhost"))
	if err != nil {
		problem(w, err)
		return
	}
	shown := deadLetters{Queues: []lettersIn{}, All: all}
	for _, d := range list {
		in := lettersIn{Queue: d.Queue, Ready: d.Ready, Looked: d.Looked, AtLeast: d.AtLeast}
		for _, c := range d.Causes {
			in.Causes = append(in.Causes, causes{c.Queue, c.Reason, c.Count, moment(c.First), moment(c.Last)})
		}
		shown.Queues = append(shown.Queues, in)
	}
	answer(w, shown)
}

// moment is at in Unix milliseconds, null if it is not known.
func moment(at time.Time) *int64 {
	if at.IsZero() {
		return nil
	}
	ms := at.UnixMilli()
	return &ms
}
