package mgmt

import (
	"encoding/base64"
	"net/http"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	contract "github.com/hutchmq/hutchmq/queue"
)

func (a *API) getRoutes(r chi.Router) {
	r.Post("/api/queues/{vhost}/{name}/get", a.inVhost(a.get))
}

// What one request gets at most. It holds all of that in memory.
const (
	maxGot      = 50_000
	maxGotBytes = 64 << 20
)

// got is a message as RabbitMQ's API shows it.
type got struct {
	PayloadBytes    int        `json:"payload_bytes"`
	Redelivered     bool       `json:"redelivered"`
	Exchange        string     `json:"exchange"`
	RoutingKey      string     `json:"routing_key"`
	MessageCount    int        `json:"message_count"`
	Properties      properties `json:"properties"`
	Payload         string     `json:"payload"`
	PayloadEncoding string     `json:"payload_encoding"`
}

// getting is what a request wants to get, and how.
type getting struct {
	count    int
	mode     ackMode
	base64   bool
	truncate int // how much of a payload is shown; negative is all
}

// ackMode is what becomes of the messages that are got.
type ackMode struct {
	noAck bool
	how   contract.Outcome // of those that are to be settled
}

// ackModes are the modes by the names of RabbitMQ's API. To look at messages
// is no failed delivery; to reject them is one.
var ackModes = map[string]ackMode{
	"ack_requeue_false":    {noAck: true},
	"ack_requeue_true":     {how: contract.Return},
	"reject_requeue_true":  {how: contract.Requeue},
	"reject_requeue_false": {how: contract.Discard},
}

func (a *API) get(w http.ResponseWriter, r *http.Request, u *auth.User) {
	q := a.needQueue(w, r)
	if q == nil {
		return
	}
	g, ok := readGetting(w, r)
	if !ok {
		return
	}
	list := []got{}
	err := a.session(r, u, func(s *broker.Session) (err error) {
		list, err = g.from(s, q)
		return err
	})
	if err != nil {
		problem(w, err)
		return
	}
	answer(w, list)
}

// readGetting reads the body of r. Old clients say requeue instead of ackmode.
func readGetting(w http.ResponseWriter, r *http.Request) (g getting, ok bool) {
	in, ok := read(w, r, maxBodyBytes)
	if !ok {
		return g, false
	}
	var mode, encoding string
	var requeue flag
	var count number
	truncate := number(-1)
	if in["ackmode"] == nil && in["requeue"] != nil && in.take(w, field{"requeue", &requeue, aFlag}) {
		in["ackmode"] = []byte(`"ack_requeue_false"`)
		if requeue {
			in["ackmode"] = []byte(`"ack_requeue_true"`)
		}
	}
	if !in.need(w, field{"ackmode", &mode, aString}, field{"count", &count, aNumber}, field{"encoding", &encoding, aString}) ||
		!in.take(w, field{"truncate", &truncate, aNumber}) {
		return g, false
	}
	g = getting{count: min(int(count), maxGot), base64: encoding == "base64", truncate: int(truncate)}
	if g.mode, ok = ackModes[mode]; !ok {
		bad(w, "unsupported ackmode '"+mode+"'")
		return g, false
	}
	if encoding != "auto" && encoding != "base64" {
		bad(w, "Unsupported encoding. Please use auto or base64.")
		return g, false
	}
	return g, true
}

// from gets messages from q. Those that go back do so together, in their
// places, so that none is got twice.
func (g *getting) from(s *broker.Session, q *broker.Queue) ([]got, error) {
	list, held := []got{}, []contract.Delivery(nil)
	counts := s.From(q)
	defer func() { q.Settle(nil, held, g.mode.how) }()
	for bytes := 0; len(list) < g.count && bytes < maxGotBytes; {
		_, d, left, ok, err := s.Get(q.Name, g.mode.noAck)
		if err != nil {
			return nil, err
		}
		if !ok {
			counts.Count(contract.GotNothing, 1)
			break
		}
		counts.Count(g.mode.event(), 1)
		if d.Redelivered {
			counts.Count(contract.Redelivered, 1)
		}
		if !g.mode.noAck {
			held = append(held, d)
		}
		m := g.show(&d, left)
		bytes += len(m.Payload)
		list = append(list, m)
	}
	return list, nil
}

// event is what a message that is got counts as.
func (m ackMode) event() contract.Event {
	if m.noAck {
		return contract.GotNoAck
	}
	return contract.Got
}

func (g *getting) show(d *contract.Delivery, left int) got {
	m := d.Message
	shown := got{
		PayloadBytes: len(m.Body), Redelivered: d.Redelivered, Exchange: m.Exchange, RoutingKey: m.RoutingKey,
		MessageCount: left, Properties: showProperties(m.Header),
	}
	text := m.Body
	if g.truncate >= 0 && g.truncate < len(text) {
		text = text[:g.truncate]
	}
	shown.Payload, shown.PayloadEncoding = encodePayload(text, g.base64)
	return shown
}

// encodePayload is text as JSON can hold it: as it is, or in base64 if it is no
// UTF-8 or that is asked for.
func encodePayload(text []byte, asBase64 bool) (payload, encoding string) {
	if asBase64 || !utf8.Valid(text) {
		return base64.StdEncoding.EncodeToString(text), "base64"
	}
	return string(text), "string"
}
