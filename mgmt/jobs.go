package mgmt

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) jobRoutes(r chi.Router) {
	r.Get("/api/x/jobs", a.asManager(a.jobs))
	r.Get("/api/x/jobs/{id}", a.asManager(a.job))
	r.Delete("/api/x/jobs/{id}", a.asManager(a.onJob((*broker.Move).Cancel)))
	r.Post("/api/x/jobs/{id}/pause", a.asManager(a.onJob((*broker.Move).Pause)))
	r.Post("/api/x/jobs/{id}/resume", a.asManager(a.onJob((*broker.Move).Resume)))
}

// job is a move of messages.
type job struct {
	ID      uint64           `json:"id"`
	User    string           `json:"user"`
	Verb    broker.Verb      `json:"verb"`
	Vhost   string           `json:"vhost"`
	Queue   string           `json:"queue"`
	To      *target          `json:"to"`
	Limit   int              `json:"limit"` // 0 none
	Rate    int              `json:"rate"`  // messages a second, 0 as fast as it goes
	DryRun  bool             `json:"dry_run"`
	State   broker.MoveState `json:"state"`
	Problem string           `json:"problem,omitempty"`
	Began   int64            `json:"began"` // Unix milliseconds
	Ended   *int64           `json:"ended"`

	Total   int     `json:"total"` // messages in the queue when it began, or ids
	Looked  int     `json:"looked"`
	Meant   int     `json:"meant"`
	Moved   int     `json:"moved"`
	Missing int     `json:"missing"`
	Kept    []tally `json:"kept"`
	Targets []tally `json:"targets"`
}

// tally is how many messages went to a queue, or stayed for a reason.
type tally struct {
	Queue    string `json:"queue,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Messages int    `json:"messages"`
}

func showJob(m *broker.Move) job {
	s, o := m.Status(), &m.Options
	shown := job{
		ID: m.ID, User: m.User, Verb: o.Verb, Vhost: o.Vhost, Queue: o.Queue, Limit: o.Limit, Rate: o.PerSecond,
		DryRun: o.DryRun, State: s.State, Problem: s.Problem, Began: s.Began.UnixMilli(), Total: s.Total,
		Looked: s.Looked, Meant: s.Meant, Moved: s.Moved, Missing: s.Missing,
		Kept:    tallies(s.Kept, func(reason string, n int) tally { return tally{Reason: reason, Messages: n} }),
		Targets: tallies(s.Targets, func(queue string, n int) tally { return tally{Queue: queue, Messages: n} }),
	}
	if o.Verb != broker.Delete {
		shown.To = &target{o.To.Origin, o.To.Queue, o.To.Exchange, o.To.Key}
	}
	if !s.Ended.IsZero() {
		at := s.Ended.UnixMilli()
		shown.Ended = &at
	}
	return shown
}

// tallies lists counts, the highest first.
func tallies(counts map[string]int, show func(string, int) tally) []tally {
	list := make([]tally, 0, len(counts))
	for key, n := range counts {
		list = append(list, show(key, n))
	}
	slices.SortFunc(list, func(x, y tally) int {
		return cmp.Or(cmp.Compare(y.Messages, x.Messages), strings.Compare(x.Queue+x.Reason, y.Queue+y.Reason))
	})
	return list
}

// jobs answers the jobs that u may see: its own, and all to who monitors.
func (a *API) jobs(w http.ResponseWriter, _ *http.Request, u *auth.User) {
	list := []job{}
	for _, m := range a.broker.Moves() {
		if m.User == u.Name || has(u, "monitoring") {
			list = append(list, showJob(m))
		}
	}
	answer(w, list)
}

func (a *API) job(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if m := a.needJob(w, r, u, "monitoring"); m != nil {
		answer(w, showJob(m))
	}
}

// onJob does something to a job, for whose it is or an administrator.
func (a *API) onJob(do func(*broker.Move)) handler {
	return func(w http.ResponseWriter, r *http.Request, u *auth.User) {
		if m := a.needJob(w, r, u, "administrator"); m != nil {
			do(m)
			done(w, nil)
		}
	}
}

// needJob finds the job in the path, for whose it is or who has the tag, or
// answers why not.
func (a *API) needJob(w http.ResponseWriter, r *http.Request, u *auth.User, tag string) *broker.Move {
	n, err := strconv.ParseUint(parameter(r, "id"), 10, 64)
	m := a.broker.MoveOf(n)
	switch {
	case err != nil || m == nil:
		notHere(w, r)
	case m.User != u.Name && !has(u, tag):
		refuse(w, "User not authorised to access object")
	default:
		return m
	}
	return nil
}
