package mgmt

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	contract "github.com/hutchmq/hutchmq/queue"
)

func (a *API) browseRoutes(r chi.Router) {
	r.Get("/api/x/queues/{vhost}/{name}/messages", a.inVhost(a.browse))
}

// How many messages a request looks at.
const (
	fewBrowsed  = 50
	mostBrowsed = 500
)

// browsed is a page of messages.
type browsed[M any] struct {
	Messages []M    `json:"messages"`
	Next     string `json:"next,omitempty"` // to go on behind
	Looked   int    `json:"looked"`         // messages that were looked at for it
	End      bool   `json:"end"`            // there is no more
}

// ready is a message that waits in a queue.
type ready struct {
	ID            string `json:"id"`
	Seq           uint64 `json:"seq"` // its number in order of arrival
	DeliveryCount uint32 `json:"delivery_count"`
	Priority      uint8  `json:"priority"`
	Expires       *int64 `json:"expires"` // Unix milliseconds
	Since         *int64 `json:"since"`   // when it died last, or what its timestamp says; Unix milliseconds
	sight
}

// sight is what there is to see of a message.
type sight struct {
	PayloadBytes    int        `json:"payload_bytes"`
	Redelivered     bool       `json:"redelivered"`
	Exchange        string     `json:"exchange"`
	RoutingKey      string     `json:"routing_key"`
	Properties      properties `json:"properties"`
	Payload         string     `json:"payload"`
	PayloadEncoding string     `json:"payload_encoding"`
}

// unacked is a message that somebody holds.
type unacked struct {
	Seq          uint64 `json:"seq"`
	PayloadBytes int    `json:"payload_bytes"`
	Redelivered  bool   `json:"redelivered"`
	Connection   string `json:"connection"`
	Channel      string `json:"channel"`
	User         string `json:"user"`
	ConsumerTag  string `json:"consumer_tag"` // "" for one that was got
	DeliveryTag  uint64 `json:"delivery_tag"`
	Since        int64  `json:"since"`      // Unix milliseconds
	LeaseEnds    *int64 `json:"lease_ends"` // likewise; null without a lease
}

// browse answers what waits in a queue, or with state=unacked who holds what.
func (a *API) browse(w http.ResponseWriter, r *http.Request, u *auth.User) {
	q := a.needQueue(w, r)
	if q == nil {
		return
	}
	asked := r.URL.Query()
	limit, err := limitOf(asked)
	if err != nil {
		bad(w, err.Error())
		return
	}
	switch asked.Get("state") {
	case "", "ready":
		a.browseReady(w, r, u, q, limit)
	case "unacked":
		a.browseUnacked(w, r, u, q, limit)
	default:
		bad(w, "state should be ready or unacked")
	}
}

func limitOf(asked url.Values) (int, error) {
	if !asked.Has("limit") {
		return fewBrowsed, nil
	}
	n, err := strconv.Atoi(asked.Get("limit"))
	if err != nil || n < 1 || n > mostBrowsed {
		return 0, errors.New("limit should be between 1 and " + strconv.Itoa(mostBrowsed))
	}
	return n, nil
}

func (a *API) browseReady(w http.ResponseWriter, r *http.Request, u *auth.User, q *broker.Queue, limit int) {
	asked := r.URL.Query()
	g, after, f, err := readBrowsing(asked)
	if err != nil {
		bad(w, err.Error())
		return
	}
	var v contract.View
	err = a.session(r, u, func(s *broker.Session) (err error) {
		v, err = s.Browse(q.Name, f, after, limit)
		return err
	})
	if err != nil {
		problem(w, err)
		return
	}
	page := browsed[ready]{Messages: []ready{}, Next: id(v.Next), Looked: v.Looked, End: v.End}
	for i := range v.List {
		page.Messages = append(page.Messages, showReady(&g, &v.List[i]))
	}
	answer(w, page)
}

// readBrowsing reads what is asked: how to show messages, from where on, and
// which. A header is asked for by its name, or name:value.
func readBrowsing(asked url.Values) (g getting, after uint64, f *broker.MessageFilter, err error) {
	g.base64, g.truncate = asked.Get("encoding") == "base64", -1
	f = &broker.MessageFilter{
		Key: asked.Get("key"), Text: asked.Get("text"), Queue: asked.Get("death_queue"), Reason: asked.Get("death_reason"),
		Headers: map[string]*string{},
	}
	for _, h := range asked["header"] {
		key, value, valued := strings.Cut(h, ":")
		if f.Headers[key] = nil; valued {
			f.Headers[key] = &value
		}
	}
	if after, err = number64(asked, "after", 0); err != nil {
		return g, 0, nil, err
	}
	truncate, err := number64(asked, "truncate", 1<<31)
	g.truncate = int(min(truncate, 1<<31))
	return g, after, f, err
}

// number64 is a number that may be asked for.
func number64(asked url.Values, key string, otherwise uint64) (uint64, error) {
	if !asked.Has(key) {
		return otherwise, nil
	}
	n, err := strconv.ParseUint(asked.Get(key), 10, 64)
	if err != nil {
		return 0, errors.New(key + " should be a whole number, 0 or more")
	}
	return n, nil
}

// id is a position as JSON has it: a script would round a large number.
func id(position uint64) string { return strconv.FormatUint(position, 10) }

func showReady(g *getting, s *contract.Seen) ready {
	shown := ready{ID: id(s.ID), Seq: s.Seq, DeliveryCount: s.Count, Priority: s.Priority}
	m := g.show(&contract.Delivery{Message: s.Message, Redelivered: s.Redelivered}, 0)
	shown.sight = sight{m.PayloadBytes, m.Redelivered, m.Exchange, m.RoutingKey, m.Properties, m.Payload, m.PayloadEncoding}
	if s.Expiry > 0 {
		shown.Expires = &s.Expiry
	}
	if at, ok := broker.Since(s.Message.Header); ok {
		ms := at.UnixMilli()
		shown.Since = &ms
	}
	return shown
}

func (a *API) browseUnacked(w http.ResponseWriter, r *http.Request, u *auth.User, q *broker.Queue, limit int) {
	var holdings []broker.Holding
	err := a.session(r, u, func(s *broker.Session) (err error) {
		holdings, err = s.Holders(q.Name, limit+1)
		return err
	})
	if err != nil {
		problem(w, err)
		return
	}
	page := browsed[unacked]{Messages: []unacked{}, Looked: min(len(holdings), limit), End: len(holdings) <= limit}
	for _, h := range holdings[:page.Looked] {
		c := h.Session.Connection()
		var ends *int64
		if !h.Until.IsZero() {
			ms := h.Until.UnixMilli()
			ends = &ms
		}
		page.Messages = append(page.Messages, unacked{
			Seq: h.ID, PayloadBytes: h.Bytes, Redelivered: h.Redelivered, Connection: c.Name, Channel: h.Session.Name(),
			User: c.User.Name, ConsumerTag: h.Consumer, DeliveryTag: h.Tag, Since: h.Since.UnixMilli(),
			LeaseEnds: ends,
		})
	}
	answer(w, page)
}
