package message

import (
	"strconv"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// Wishes is what the headers of a message ask of the broker. The zero Wishes
// asks for nothing.
type Wishes struct {
	Copies []string // the routing keys in CC, then those in BCC
	BCC    bool     // there is a BCC header, which no consumer may see

	// Delayed tells that the message is to be routed later: DelayMs after it
	// came (x-delay), or at DeliverAt, Unix milliseconds (x-deliver-at), when
	// that is not 0.
	Delayed   bool
	DelayMs   int64
	DeliverAt int64

	Producer Producer
}

// Producer is who published a message, and which of theirs it is, as the
// headers x-producer-id, x-producer-epoch and x-producer-seq say.
type Producer struct {
	ID         []byte // aliases the header; nil when the message has none
	Epoch, Seq int64
}

// maxProducerID is the longest x-producer-id, in bytes.
const maxProducerID = 255

// Read reads the wishes of a message with this content header, which was
// checked before, in one walk through its headers. Copies keeps its memory; a
// message that wishes nothing, the usual one, allocates nothing. The error is
// an *amqp.Error about the first header that is no good.
func (w *Wishes) Read(header []byte) error {
	*w = Wishes{Copies: w.Copies[:0]}
	table := amqp.HeadersTable(header)
	if table == nil {
		return nil
	}
	var r raw
	amqp.EachField(table, r.note)
	if !r.any {
		return nil
	}
	return w.take(&r)
}

// raw is the values of the headers that ask for something; Type is 0 of those
// that are not there.
type raw struct {
	any            bool
	cc, bcc        amqp.RawValue
	delay, at      amqp.RawValue
	id, epoch, seq amqp.RawValue
}

// note takes up a field, if it is one of those. The first of its name counts.
func (r *raw) note(key []byte, v amqp.RawValue) bool {
	to := r.field(key)
	if to != nil && to.Type == 0 {
		*to, r.any = v, true
	}
	return true
}

func (r *raw) field(key []byte) *amqp.RawValue {
	switch string(key) {
	case ccHeader:
		return &r.cc
	case bccHeader:
		return &r.bcc
	case delayHeader:
		return &r.delay
	case deliverAtHeader:
		return &r.at
	case "x-producer-id":
		return &r.id
	case "x-producer-epoch":
		return &r.epoch
	case "x-producer-seq":
		return &r.seq
	}
	return nil
}

// take makes sense of the values.
func (w *Wishes) take(r *raw) (err error) {
	if w.Copies, err = appendItems(w.Copies, ccHeader, r.cc); err != nil {
		return err
	}
	if w.Copies, err = appendItems(w.Copies, bccHeader, r.bcc); err != nil {
		return err
	}
	w.BCC = r.bcc.Type != 0
	if err := w.takeDelay(r); err != nil {
		return err
	}
	return w.Producer.take(r)
}

// The headers of delayed messages.
const (
	delayHeader     = "x-delay"
	deliverAtHeader = "x-deliver-at"
)

// maxDelayMs is ten years, as for expirations.
const maxDelayMs = maxExpirationMs

// takeDelay reads x-delay, a number of milliseconds (or its digits: some
// clients of RabbitMQ's plugin write a string), and x-deliver-at, which goes
// before it: an AMQP timestamp (seconds), a number of Unix milliseconds, or a
// time as RFC 3339 has it. A negative delay is none: a message that was held
// comes out with its delay negated.
func (w *Wishes) takeDelay(r *raw) (err error) {
	if r.delay.Type != 0 {
		if w.DelayMs, err = number(delayHeader, r.delay); err != nil {
			return err
		}
		if w.DelayMs > maxDelayMs {
			return tooLarge(delayHeader, w.DelayMs)
		}
		w.Delayed = w.DelayMs > 0
	}
	if r.at.Type != 0 {
		if w.DeliverAt, err = moment(deliverAtHeader, r.at); err != nil {
			return err
		}
		w.Delayed = w.DeliverAt > 0 // which may be over
	}
	return nil
}

// take reads who the producer is. With an id there has to be a number; an
// epoch that is not there is 0.
func (p *Producer) take(r *raw) (err error) {
	if r.id.Type == 0 {
		return nil
	}
	if r.id.Type != 'S' || len(r.id.Bytes) == 0 || len(r.id.Bytes) > maxProducerID {
		return badHeader("x-producer-id", r.id)
	}
	if p.Seq, err = count("x-producer-seq", r.seq); err != nil {
		return err
	}
	if r.epoch.Type != 0 {
		if p.Epoch, err = count("x-producer-epoch", r.epoch); err != nil {
			return err
		}
	}
	p.ID = r.id.Bytes
	return nil
}

// count reads a number that is not negative.
func count(name string, v amqp.RawValue) (int64, error) {
	n, err := number(name, v)
	if err == nil && n < 0 {
		return 0, amqp.InvalidHeaderValue.New(name, n)
	}
	return n, err
}

// number reads an integer of any width, or the digits of one.
func number(name string, v amqp.RawValue) (int64, error) {
	switch v.Type {
	case 0:
		v.Type = 'V' // it is missing
	case 'S':
		n, err := strconv.ParseInt(string(v.Bytes), 10, 64)
		if err != nil {
			return 0, badHeader(name, v)
		}
		return n, nil
	}
	x, err := v.Value()
	if err != nil {
		return 0, err
	}
	if n, ok := amqp.Int(x); ok {
		return n, nil
	}
	if u, ok := x.(uint64); ok && u <= 1<<63-1 {
		return int64(u), nil
	}
	return 0, badHeader(name, v)
}

// moment reads a time, in Unix milliseconds.
func moment(name string, v amqp.RawValue) (int64, error) {
	x, err := v.Value()
	if err != nil {
		return 0, err
	}
	at := int64(0)
	switch t := x.(type) {
	case time.Time:
		at = t.UnixMilli()
	case string:
		parsed, err := time.Parse(time.RFC3339Nano, t)
		if err != nil {
			return 0, badHeader(name, v)
		}
		at = parsed.UnixMilli()
	default:
		if at, err = number(name, v); err != nil {
			return 0, err
		}
	}
	if at > maxMoment {
		return 0, tooLarge(name, at)
	}
	return at, nil
}

// maxMoment is the end of the year 9999, in Unix milliseconds: later is taken
// for a mistake, such as a wrong unit.
const maxMoment = 253_402_300_799_999

func tooLarge(name string, n int64) error { return amqp.InvalidHeaderValue.New(name, n) }

// badHeader says that a header has the wrong type, in RabbitMQ's words.
func badHeader(name string, v amqp.RawValue) error {
	x, err := v.Value()
	if err != nil {
		return err
	}
	return amqp.InvalidHeaderType.New(name, amqp.TypeName(x))
}
