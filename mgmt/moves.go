package mgmt

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) moveRoutes(r chi.Router) {
	for _, verb := range []broker.Verb{broker.MoveAway, broker.Copy, broker.Delete} {
		r.Post("/api/x/queues/{vhost}/{name}/messages/"+string(verb), a.inVhost(a.move(verb, false)))
	}
	r.Post("/api/x/queues/{vhost}/{name}/redrive", a.inVhost(a.move(broker.MoveAway, true)))
}

// moving is what a request wants to move. Unlike elsewhere a key that nobody
// knows is refused: a filter that is misspelt would mean more than was meant.
type moving struct {
	IDs       []position `json:"ids"`
	Filter    *filter    `json:"filter"`
	To        target     `json:"to"`
	Limit     int        `json:"limit"`
	PerSecond int        `json:"rate"`
	DryRun    bool       `json:"dry_run"`
}

// filter is a broker.MessageFilter.
type filter struct {
	Headers    map[string]*string `json:"headers"` // null: is there
	RoutingKey string             `json:"routing_key"`
	Text       string             `json:"text"`
	Death      struct {
		Queue  string `json:"queue"`
		Reason string `json:"reason"`
	} `json:"death"`
	OlderMs int64 `json:"older_ms"`
	NewerMs int64 `json:"newer_ms"`
}

// target is a broker.Target.
type target struct {
	Origin     broker.Origin `json:"origin,omitempty"`
	Queue      string        `json:"queue,omitempty"`
	Exchange   string        `json:"exchange,omitempty"`
	RoutingKey *string       `json:"routing_key,omitempty"`
}

// UnmarshalJSON implements json.Unmarshaler: "origin" is short for the queue
// where a message died last.
func (t *target) UnmarshalJSON(text []byte) error {
	if string(text) == `"origin"` {
		t.Origin = broker.OriginQueue
		return nil
	}
	type plain target
	return strictly(text, (*plain)(t))
}

// position is that of a message, in quotes or not.
type position uint64

// UnmarshalJSON implements json.Unmarshaler.
func (p *position) UnmarshalJSON(text []byte) error {
	n, err := strconv.ParseUint(strings.Trim(string(text), `"`), 10, 64)
	*p = position(n)
	return err
}

// strictly decodes an object without unknown keys.
func strictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// move begins a move, and answers with the job: soon, or when it has ended if
// that is sooner.
func (a *API) move(verb broker.Verb, redrive bool) handler {
	return func(w http.ResponseWriter, r *http.Request, u *auth.User) {
		q := a.needQueue(w, r)
		if q == nil {
			return
		}
		o, err := readMoving(w, r, redrive)
		if err != nil {
			bad(w, err.Error())
			return
		}
		o.Verb, o.Vhost, o.Queue = verb, q.Vhost, q.Name
		m, err := a.broker.StartMove(u, o)
		switch {
		case errors.Is(err, broker.ErrTooManyMoves):
			fail(w, http.StatusTooManyRequests, "too_many_requests", err.Error())
		case err != nil:
			problem(w, err)
		default:
			a.noteMove(r, m)
			w.Header().Set("Location", "/api/x/jobs/"+id(m.ID))
			m.Wait(answerSoon)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusAccepted)
			json.NewEncoder(w).Encode(showJob(m))
		}
	}
}

// noteMove puts on record that messages are moved, unless they only would be.
func (a *API) noteMove(r *http.Request, m *broker.Move) {
	if o := &m.Options; !o.DryRun {
		a.acting(r).Note("messages."+string(o.Verb), amqp.Table{
			"name": o.Queue, "vhost": o.Vhost, "job": id(m.ID), "to_origin": string(o.To.Origin), "to_queue": o.To.Queue,
			"to_exchange": o.To.Exchange,
		})
	}
}

// answerSoon is how long an answer waits for the end of a job.
const answerSoon = 250 * time.Millisecond

// readMoving reads the body of r. What is moved must be said, unless it is
// redriven.
func readMoving(w http.ResponseWriter, r *http.Request, redrive bool) (o broker.MoveOptions, err error) {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if err != nil {
		return o, errors.New("the body is larger than " + strconv.Itoa(maxBodyBytes) + " bytes")
	}
	var m moving
	if redrive {
		m.To.Origin = broker.OriginQueue
	}
	if text = bytes.TrimSpace(text); len(text) > 0 {
		if err := strictly(text, &m); err != nil {
			return o, errors.New(strings.TrimPrefix(err.Error(), "json: "))
		}
	}
	switch {
	case m.IDs == nil && m.Filter == nil && !redrive:
		return o, errors.New("name ids, or a filter; {} means every message")
	case m.IDs != nil && m.Filter != nil:
		return o, errors.New("name ids or a filter, not both")
	case redrive && m.To.Origin == "":
		return o, errors.New("messages are redriven to an origin: queue or exchange")
	}
	o = broker.MoveOptions{
		To:    broker.Target{Origin: m.To.Origin, Queue: m.To.Queue, Exchange: m.To.Exchange, Key: m.To.RoutingKey},
		Limit: m.Limit, PerSecond: m.PerSecond, DryRun: m.DryRun,
	}
	if m.IDs != nil {
		o.IDs = make([]uint64, len(m.IDs))
		for i, id := range m.IDs {
			o.IDs[i] = uint64(id)
		}
		return o, nil
	}
	if f := m.Filter; f != nil {
		o.Filter = broker.MessageFilter{
			Headers: f.Headers, Key: f.RoutingKey, Text: f.Text, Queue: f.Death.Queue, Reason: f.Death.Reason,
			OlderMs: f.OlderMs, NewerMs: f.NewerMs,
		}
	}
	return o, nil
}
