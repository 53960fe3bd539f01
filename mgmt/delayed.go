package mgmt

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	contract "github.com/hutchmq/hutchmq/queue"
)

func (a *API) delayedRoutes(r chi.Router) {
	r.Get("/api/x/delayed", a.asManager(a.delayedCounts))
	r.Get("/api/x/delayed/{vhost}", a.inVhost(a.delayed))
	r.Delete("/api/x/delayed/{vhost}", a.inVhost(a.cancelDelayed))
	r.Get("/api/x/delayed/{vhost}/{id}", a.inVhost(a.delayedMessage))
	r.Delete("/api/x/delayed/{vhost}/{id}", a.inVhost(a.onDelayed((*broker.Session).CancelDelayed)))
	r.Post("/api/x/delayed/{vhost}/{id}/deliver", a.inVhost(a.onDelayed((*broker.Session).FireDelayed)))
}

// delayedCount is what a vhost holds until it is due.
type delayedCount struct {
	Vhost     string `json:"vhost"`
	Messages  int    `json:"messages"`
	Bytes     int64  `json:"message_bytes"`
	Delayed   uint64 `json:"delayed"` // since the start, as are
	Fired     uint64 `json:"fired"`
	Cancelled uint64 `json:"cancelled"`
	Dropped   uint64 `json:"dropped"`
}

func (a *API) delayedCounts(w http.ResponseWriter, _ *http.Request, u *auth.User) {
	list := []delayedCount{}
	for _, v := range a.broker.Vhosts() {
		if a.sees(u, v.Name) {
			c := broker.DelayedIn(v)
			list = append(list, delayedCount{v.Name, c.Messages, c.Bytes, c.Delayed, c.Fired, c.Cancelled, c.Dropped})
		}
	}
	answer(w, list)
}

// held is a message that is held.
type held struct {
	ID         string `json:"id"`
	Due        int64  `json:"due"`   // Unix milliseconds
	Since      int64  `json:"since"` // when it came, Unix milliseconds
	Exchange   string `json:"exchange"`
	RoutingKey string `json:"routing_key"`
	Bytes      int    `json:"payload_bytes"`
	Persistent bool   `json:"persistent"`
}

// heldMessage is one with all there is of it.
type heldMessage struct {
	held
	Properties      properties `json:"properties"`
	Payload         string     `json:"payload"`
	PayloadEncoding string     `json:"payload_encoding"`
}

func showHeld(l *broker.DelayedMessage) held {
	return held{id(l.ID), l.Due, l.Since, l.Exchange, l.Key, l.Bytes, !l.Transient}
}

// delayedFilter reads which messages are meant.
func delayedFilter(asked url.Values) *broker.DelayedFilter {
	f := &broker.DelayedFilter{Key: asked.Get("key")}
	if asked.Has("exchange") {
		name := asked.Get("exchange")
		if name == defaultExchange {
			name = ""
		}
		f.Exchange = &name
	}
	return f
}

// delayed answers what is held in a vhost.
func (a *API) delayed(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if !a.needVhost(w, r) {
		return
	}
	asked := r.URL.Query()
	limit, err := limitOf(asked)
	after, wrong := broker.ParseDelayedCursor(asked.Get("after"))
	if err = errors.Join(err, wrong); err != nil {
		bad(w, err.Error())
		return
	}
	var p broker.DelayedPage
	err = a.session(r, u, func(s *broker.Session) (err error) {
		p, err = s.Delayed(delayedFilter(asked), after, limit)
		return err
	})
	if err != nil {
		problem(w, err)
		return
	}
	page := browsed[held]{Messages: []held{}, Looked: p.Looked, End: p.End}
	if !p.End {
		page.Next = p.Next.String()
	}
	for i := range p.List {
		page.Messages = append(page.Messages, showHeld(&p.List[i]))
	}
	answer(w, page)
}

// delayedID is the message of the path.
func delayedID(r *http.Request) uint64 {
	n, _ := strconv.ParseUint(parameter(r, "id"), 10, 64)
	return n // 0 is none
}

func (a *API) delayedMessage(w http.ResponseWriter, r *http.Request, u *auth.User) {
	asked := r.URL.Query()
	truncate, err := number64(asked, "truncate", 1<<31)
	if err != nil {
		bad(w, err.Error())
		return
	}
	g := getting{base64: asked.Get("encoding") == "base64", truncate: int(min(truncate, 1<<31))}
	var shown heldMessage
	err = a.session(r, u, func(s *broker.Session) error {
		l, m, err := s.DelayedMessage(delayedID(r))
		if err != nil {
			return err
		}
		d := g.show(&contract.Delivery{Message: m}, 0)
		shown = heldMessage{showHeld(&l), d.Properties, d.Payload, d.PayloadEncoding}
		return nil
	})
	if errors.Is(err, broker.ErrNotDelayed) {
		notHere(w, r)
		return
	}
	if err != nil {
		problem(w, err)
		return
	}
	answer(w, shown)
}

// cancelled is how many messages were cancelled.
type cancelled struct {
	Cancelled int `json:"cancelled"`
}

// cancelDelayed cancels what a filter means; all must be asked for.
func (a *API) cancelDelayed(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if !a.needVhost(w, r) {
		return
	}
	asked := r.URL.Query()
	if !asked.Has("exchange") && asked.Get("key") == "" && asked.Get("all") != "true" {
		bad(w, "say which: exchange, key, or all=true")
		return
	}
	var n int
	err := a.session(r, u, func(s *broker.Session) (err error) {
		n, err = s.CancelDelayedWhere(delayedFilter(asked))
		return err
	})
	if err != nil {
		problem(w, err)
		return
	}
	answer(w, cancelled{n})
}

// onDelayed does something to the message of the path.
func (a *API) onDelayed(do func(*broker.Session, []uint64) (int, error)) handler {
	return func(w http.ResponseWriter, r *http.Request, u *auth.User) {
		var n int
		err := a.session(r, u, func(s *broker.Session) (err error) {
			n, err = do(s, []uint64{delayedID(r)})
			return err
		})
		if err == nil && n == 0 {
			notHere(w, r)
			return
		}
		done(w, err)
	}
}
