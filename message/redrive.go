package message

import (
	"errors"
	"strings"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// redrivenHeader counts how often a message was sent back from where dead
// letters are kept.
const redrivenHeader = "x-redriven"

// ErrNotDead is returned by Redrive for a message that tells of no death.
var ErrNotDead = errors.New("the message was not dead-lettered")

// Died is the death that a message tells of first, the latest, without the
// cost of reading all of its header. ok is false when there is none.
func Died(header []byte) (d Death, ok bool) {
	deaths, there := amqp.Lookup(amqp.HeadersTable(header), deathHeader)
	if !there || deaths.Type != 'A' {
		return d, false
	}
	amqp.EachItem(deaths.Bytes, func(v amqp.RawValue) bool {
		if ok = v.Type == 'F'; ok {
			d = deathIn(v.Bytes)
		}
		return false
	})
	return d, ok
}

// deathIn reads an entry of x-death.
func deathIn(table []byte) (d Death) {
	amqp.EachField(table, func(key []byte, v amqp.RawValue) bool {
		switch {
		case v.Type == 'S' && string(key) == "queue":
			d.Queue = string(v.Bytes)
		case v.Type == 'S' && string(key) == "reason":
			d.Reason = string(v.Bytes)
		case v.Type == 'T' && string(key) == "time":
			at, _ := v.Value()
			d.Time, _ = at.(time.Time)
		}
		return true
	})
	return d
}

// Redrive makes the message that m was before it was dead-lettered, but for a
// header that counts redrives: as it was published first, or with fromLast as
// it came to the queue where it died last, whose name is returned. The two
// share the body. The error is ErrNotDead, or an *amqp.Error: m's header is
// malformed.
//
// What is told of deaths is taken out. With it the message could not die again
// where it has died before: it would be taken for going round in a circle. And
// it may expire again, as it could at first: a queue from which messages go on
// by expiring would keep it for ever.
func Redrive(m *Message, fromLast bool) (again *Message, queue string, err error) {
	p, err := amqp.ParseProperties(m.Header)
	if err != nil {
		return nil, "", err
	}
	entry, expiration := deathOf(p.Headers, fromLast)
	if entry == nil {
		return nil, "", ErrNotDead
	}
	again = &Message{}
	*again = *m
	again.Exchange, _ = entry["exchange"].(string)
	again.RoutingKey = restoreKeys(p.Headers, entry)
	if p.Expiration == "" && expiration != "" {
		if ms, err := parseExpiration([]byte(expiration)); err == nil {
			p.Expiration, again.Expiration = expiration, ms
		}
	}
	forgetDeaths(p.Headers)
	count, _ := amqp.Int(p.Headers[redrivenHeader])
	p.Headers[redrivenHeader] = count + 1
	again.Header = amqp.AppendContentHeader(nil, amqp.BasicClass, uint64(len(m.Body)), &p)
	queue, _ = entry["queue"].(string)
	return again, queue, nil
}

// deathOf is the entry of the latest death, or of the first, and the
// expiration that the message had then.
func deathOf(headers amqp.Table, latest bool) (entry amqp.Table, expiration string) {
	deaths, _ := headers[deathHeader].([]any)
	for _, x := range deaths {
		t, ok := x.(amqp.Table)
		if !ok {
			continue
		}
		// The first death takes the expiration, whichever it was.
		if s, ok := t["original-expiration"].(string); ok {
			expiration = s
		}
		if entry == nil || !latest && firstDeath(headers, t) {
			entry = t
		}
	}
	if latest && entry != nil {
		expiration, _ = entry["original-expiration"].(string)
	}
	return entry, expiration
}

// firstDeath reports whether t is the entry of the first death. Where the
// headers do not tell, that is the last in the list.
func firstDeath(headers, t amqp.Table) bool {
	queue, told := headers["x-first-death-queue"]
	return !told || queue == t["queue"] && headers["x-first-death-reason"] == t["reason"]
}

// restoreKeys puts the keys of entry back: the first is returned, further ones
// were in CC.
func restoreKeys(headers, entry amqp.Table) (key string) {
	keys, _ := entry["routing-keys"].([]any)
	if len(keys) == 0 {
		return ""
	}
	key, _ = keys[0].(string)
	if delete(headers, ccHeader); len(keys) > 1 {
		headers[ccHeader] = keys[1:]
	}
	return key
}

// forgetDeaths takes out of headers all that addDeath put in.
func forgetDeaths(headers amqp.Table) {
	delete(headers, deathHeader)
	for key := range headers {
		if strings.HasPrefix(key, "x-first-death-") || strings.HasPrefix(key, "x-last-death-") {
			delete(headers, key)
		}
	}
}
