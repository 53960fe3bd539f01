package broker

import (
	"bytes"
	"fmt"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// MessageFilter says which messages are meant: those for which everything
// that is set holds. The zero filter means all.
type MessageFilter struct {
	Headers map[string]*string // the header is there, and says so if not nil
	Key     string             // of the routing key: * stands for any text, ? for one character
	Text    string             // is in the body
	Queue   string             // where it died last
	Reason  string             // why it died last
	// OlderMs and NewerMs bound how long ago the message died last, or was
	// published as its timestamp says. One that tells of neither is neither.
	OlderMs, NewerMs int64
}

// matches reports whether m is meant, at the time now.
func (f *MessageFilter) matches(m *message.Message, now time.Time) bool {
	if f.Key != "" && !glob(f.Key, m.RoutingKey) || f.Text != "" && !bytes.Contains(m.Body, []byte(f.Text)) {
		return false
	}
	return f.matchesHeaders(m.Header) && f.matchesDeath(m.Header) && f.matchesAge(m.Header, now)
}

func (f *MessageFilter) matchesHeaders(header []byte) bool {
	if len(f.Headers) == 0 {
		return true
	}
	table := amqp.HeadersTable(header)
	for key, want := range f.Headers {
		v, ok := amqp.Lookup(table, key)
		if !ok || want != nil && !says(v, *want) {
			return false
		}
	}
	return true
}

// says reports whether v is text, or is written so.
func says(v amqp.RawValue, text string) bool {
	if v.Type == 'S' {
		return string(v.Bytes) == text
	}
	x, err := v.Value()
	if t, ok := x.(time.Time); ok {
		x = t.Unix()
	}
	return err == nil && fmt.Sprint(plain(x)) == text
}

func (f *MessageFilter) matchesDeath(header []byte) bool {
	if f.Queue == "" && f.Reason == "" {
		return true
	}
	d, ok := message.Died(header)
	return ok && (f.Queue == "" || d.Queue == f.Queue) && (f.Reason == "" || d.Reason == f.Reason)
}

func (f *MessageFilter) matchesAge(header []byte, now time.Time) bool {
	if f.OlderMs == 0 && f.NewerMs == 0 {
		return true
	}
	at, ok := Since(header)
	age := now.Sub(at).Milliseconds()
	return ok && (f.OlderMs == 0 || age >= f.OlderMs) && (f.NewerMs == 0 || age < f.NewerMs)
}

// Since is when a message died last, or was published as its timestamp says;
// ok is false for one that tells of neither.
func Since(header []byte) (at time.Time, ok bool) {
	if d, ok := message.Died(header); ok && !d.Time.IsZero() {
		return d.Time, true
	}
	raw := amqp.Property(header, amqp.HasTimestamp)
	if raw == nil {
		return at, false
	}
	x, err := amqp.RawValue{Type: 'T', Bytes: raw}.Value()
	at, ok = x.(time.Time)
	return at, ok && err == nil
}

// glob reports whether text is what pattern says: * is any text, ? any byte.
func glob(pattern, text string) bool {
	star, mark := -1, 0
	p, t := 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p++
			t++
		case star >= 0: // let the last star take one more
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
