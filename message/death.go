package message

import (
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// deathHeader holds a message's deaths, newest first: a table each, of the
// fields below. A message has one death a queue and reason; dying there again
// counts it and moves it to the front, the rest stays as it was the first time.
const deathHeader = "x-death"

// Death says where, why and when a queue gave up a message.
type Death struct {
	Queue  string
	Reason string // expired, rejected, maxlen or delivery_limit
	Time   time.Time
}

// DeadLetter makes the message that m becomes when it is published to a
// dead-letter exchange: with d in its headers and no expiration, so that it
// does not expire again. It goes under key, or under its own keys when key is
// nil. m stays as it is; the two share the body. The error is an *amqp.Error:
// m's header is malformed.
//
// A client's own x-death is built upon as if it were ours. RabbitMQ ignores it
// since 4.0, which broke those who republish a message with its headers and
// count retries by them; here their counts go on, as in RabbitMQ 3.
func DeadLetter(m *Message, d Death, exchange string, key *string) (*Message, error) {
	p, err := amqp.ParseProperties(m.Header)
	if err != nil {
		return nil, err
	}
	headers := p.Headers
	if headers == nil {
		headers = amqp.Table{}
	}
	addDeath(headers, d, m, p.Expiration)
	dead := *m
	dead.Exchange, dead.Expiration = exchange, -1
	if key != nil {
		dead.RoutingKey = *key
		delete(headers, ccHeader)
	}
	dead.Header = amqp.ReplaceHeadersNoExpiration(nil, m.Header, headers)
	return &dead, nil
}

// addDeath puts d in front of the deaths in headers.
func addDeath(headers amqp.Table, d Death, m *Message, expiration string) {
	deaths, there := headers[deathHeader].([]any)
	if !there {
		d.note(headers, "x-first-death-", m.Exchange)
	}
	d.note(headers, "x-last-death-", m.Exchange)
	at := d.find(deaths)
	if at < 0 {
		deaths, at = append(deaths, d.entry(headers, m, expiration)), len(deaths)
	}
	entry := deaths[at].(amqp.Table)
	count, _ := amqp.Int(entry["count"]) // a client may have counted, too
	entry["count"] = count + 1
	copy(deaths[1:], deaths[:at])
	deaths[0] = entry
	headers[deathHeader] = deaths
}

// note sets the headers that tell of a death without the array.
func (d *Death) note(headers amqp.Table, prefix, exchange string) {
	headers[prefix+"reason"] = d.Reason
	headers[prefix+"queue"] = d.Queue
	headers[prefix+"exchange"] = exchange
}

// find is the place of the death in the same queue for the same reason, or -1.
func (d *Death) find(deaths []any) int {
	for i, x := range deaths {
		if t, ok := x.(amqp.Table); ok && t["queue"] == d.Queue && t["reason"] == d.Reason {
			return i
		}
	}
	return -1
}

// entry is the death as a table, not counted yet.
func (d *Death) entry(headers amqp.Table, m *Message, expiration string) amqp.Table {
	t := amqp.Table{
		"reason":       d.Reason,
		"queue":        d.Queue,
		"time":         d.Time,
		"exchange":     m.Exchange,
		"routing-keys": routingKeys(m.RoutingKey, headers),
	}
	if expiration != "" {
		t["original-expiration"] = expiration
	}
	return t
}

// routingKeys are the message's own and those in CC; BCC stays hidden.
func routingKeys(key string, headers amqp.Table) []any {
	keys := []any{key}
	cc, _ := headers[ccHeader].([]any)
	for _, k := range cc {
		if s, ok := k.(string); ok {
			keys = append(keys, s)
		}
	}
	return keys
}

// Cycle reports whether a message with the header that DeadLetter gave it must
// not go to queue: it died there before, and nobody rejected it since, so it
// would go round for ever.
func Cycle(header []byte, queue string) bool {
	deaths, ok := amqp.Lookup(amqp.HeadersTable(header), deathHeader)
	if !ok || deaths.Type != 'A' {
		return false
	}
	died, rejected := false, false
	amqp.EachItem(deaths.Bytes, func(v amqp.RawValue) bool {
		if v.Type == 'F' {
			rejected = rejected || says(v.Bytes, "reason", "rejected")
			died = says(v.Bytes, "queue", queue)
		}
		return !died
	})
	return died && !rejected
}

// says reports whether a field of the table is that string.
func says(table []byte, key, text string) bool {
	v, ok := amqp.Lookup(table, key)
	return ok && v.Type == 'S' && string(v.Bytes) == text
}
