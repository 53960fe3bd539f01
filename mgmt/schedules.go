package mgmt

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

func (a *API) scheduleRoutes(r chi.Router) {
	const one = "/api/x/schedules/{vhost}/{name}"
	r.Get("/api/x/schedules", a.asManager(a.schedules))
	r.Get("/api/x/schedules/{vhost}", a.inVhost(a.schedules))
	r.Get(one, a.inVhost(a.schedule))
	r.Put(one, a.asPolicymaker(a.putSchedule))
	r.Delete(one, a.asPolicymaker(a.deleteSchedule))
	r.Post(one+"/run", a.asPolicymaker(a.runSchedule))
	r.Put(one+"/pause", a.asPolicymaker(a.enableSchedule(false)))
	r.Put(one+"/resume", a.asPolicymaker(a.enableSchedule(true)))
}

// maxScheduleBytes bounds a schedule: its payload, written as base64, and the
// rest.
const maxScheduleBytes = 512 << 10

// scheduled is a schedule, as it was made, and when it runs.
type scheduled struct {
	Vhost   string `json:"vhost"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	broker.ScheduleSpec
	Next *int64 `json:"next"` // Unix milliseconds
	Last *int64 `json:"last"`
	Runs uint64 `json:"runs"`
}

func showSchedule(s *broker.Schedule) scheduled {
	shown := scheduled{
		Vhost: s.Vhost, Name: s.Name, Enabled: s.Enabled == nil || *s.Enabled, ScheduleSpec: s.Spec,
		Runs: s.Runs,
	}
	if s.NextMs > 0 {
		shown.Next = &s.NextMs
	}
	if s.LastMs > 0 {
		shown.Last = &s.LastMs
	}
	return shown
}

func (a *API) schedules(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if given(r, "vhost") && !a.needVhost(w, r) {
		return
	}
	list := []scheduled{}
	for _, v := range a.broker.Vhosts() {
		if given(r, "vhost") && v.Name != parameter(r, "vhost") || !a.sees(u, v.Name) {
			continue
		}
		for _, s := range a.broker.Schedules(v.Name) {
			list = append(list, showSchedule(&s))
		}
	}
	slices.SortFunc(list, func(x, y scheduled) int {
		return cmp.Or(strings.Compare(x.Vhost, y.Vhost), strings.Compare(x.Name, y.Name))
	})
	answer(w, list)
}

func (a *API) schedule(w http.ResponseWriter, r *http.Request, _ *auth.User) {
	for _, s := range a.broker.Schedules(parameter(r, "vhost")) {
		if s.Name == parameter(r, "name") {
			answer(w, showSchedule(&s))
			return
		}
	}
	notHere(w, r)
}

// scheduleRecord is the schedule of the path, as it is stored.
func (a *API) scheduleRecord(r *http.Request) (*definitions.Parameter, bool) {
	return a.broker.Parameter(definitions.ScheduleComponent, parameter(r, "vhost"), parameter(r, "name"))
}

func (a *API) putSchedule(w http.ResponseWriter, r *http.Request) {
	if !a.needVhost(w, r) {
		return
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxScheduleBytes))
	if err != nil {
		bad(w, "the body is larger than "+strconv.Itoa(maxScheduleBytes)+" bytes")
		return
	}
	a.setSchedule(w, r, bytes.TrimSpace(text))
}

// setSchedule makes the schedule of the path, for who may publish to its
// exchange.
func (a *API) setSchedule(w http.ResponseWriter, r *http.Request, value []byte) {
	err := a.session(r, asker(r), func(s *broker.Session) error { return s.MaySchedule(value) })
	if err != nil {
		problem(w, err)
		return
	}
	created, err := a.acting(r).SetParameter(&definitions.Parameter{
		Component: definitions.ScheduleComponent, Vhost: parameter(r, "vhost"), Name: parameter(r, "name"), Value: value,
	})
	put(w, created, err)
}

func (a *API) deleteSchedule(w http.ResponseWriter, r *http.Request) {
	there, err := a.acting(r).DeleteParameter(definitions.ScheduleComponent, parameter(r, "vhost"), parameter(r, "name"))
	if !there {
		notHere(w, r)
		return
	}
	done(w, err)
}

func (a *API) runSchedule(w http.ResponseWriter, r *http.Request) {
	err := a.session(r, asker(r), func(s *broker.Session) error { return s.RunSchedule(parameter(r, "name")) })
	if errors.Is(err, broker.ErrNoSchedule) {
		notHere(w, r)
		return
	}
	done(w, err)
}

// enableSchedule has a schedule stop, or go on.
func (a *API) enableSchedule(on bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p, there := a.scheduleRecord(r)
		if !there {
			notHere(w, r)
			return
		}
		value, err := broker.EnabledSchedule(p.Value, on)
		if err != nil {
			problem(w, err)
			return
		}
		a.setSchedule(w, r, value)
	}
}
