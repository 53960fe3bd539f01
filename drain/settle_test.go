package drain

import (
	"bytes"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// noted is a connection from which nothing comes, and that keeps what is written.
type noted struct {
	net.Conn
	written bytes.Buffer
}

func (n *noted) Write(b []byte) (int, error)   { return n.written.Write(b) }
func (*noted) Close() error                    { return nil }
func (*noted) SetReadDeadline(time.Time) error { return nil }

// acknowledged are the delivery tags that were acknowledged, or true for multiple
// behind them.
func (n *noted) acknowledged(t testing.TB, low uint64) map[uint64]bool {
	t.Helper()
	tags := map[uint64]bool{}
	in := amqp.NewReader(&n.written)
	for {
		f, err := in.Next()
		if err != nil {
			return tags
		}
		var ack amqp.BasicAck
		if err := ack.Parse(f.Payload); err != nil {
			t.Fatal(err)
		}
		first := ack.DeliveryTag
		if ack.Multiple {
			first = low
		}
		for tag := first; tag <= ack.DeliveryTag; tag++ {
			tags[tag] = true
		}
	}
}

func newSettler(sent uint64) (*settler, *noted, *noted) {
	source, target := new(noted), new(noted)
	w := &worker{drain: &drain{report: newReport()}, source: dial.New(source), target: dial.New(target)}
	v := newVisit(w, filled{Queue{"/", "q"}, sent})
	v.sent.Store(sent)
	v.open.Store(sent)
	return &settler{visit: v, ahead: map[uint64]struct{}{}}, source, target
}

// TestSettle: in whatever order a target confirms, one by one or several at once,
// what it took is acknowledged at the source and what it refused is not.
func TestSettle(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 300 {
		const sent = 60
		s, source, _ := newSettler(sent)
		took, settled := map[uint64]bool{}, map[uint64]bool{}
		for len(settled) < sent {
			tag, multiple, ok := uint64(rng.IntN(sent)+1), rng.IntN(3) == 0, rng.IntN(8) > 0
			first := tag
			if multiple {
				first = 1
			}
			for n := first; n <= tag; n++ {
				if !settled[n] {
					settled[n] = true
					took[n] = ok
				}
			}
			if err := s.confirm(tag, multiple, ok); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.flush(); err != nil {
			t.Fatal(err)
		}
		acked := source.acknowledged(t, 1)
		moved := 0
		for n := uint64(1); n <= sent; n++ {
			if acked[n] != took[n] {
				t.Fatalf("message %d: taken %v, acknowledged %v", n, took[n], acked[n])
			}
			if took[n] {
				moved++
			}
		}
		if s.settled() != sent || s.open.Load() != 0 || s.visit.moved.Load() != uint64(moved) || len(s.ahead) != 0 {
			t.Fatalf("settled %d, open %d, moved %d of %d", s.settled(), s.open.Load(), s.visit.moved.Load(), moved)
		}
	}
}

// TestReturned: once a message came back, nothing more is acknowledged: a return
// does not tell which message it is.
func TestReturned(t *testing.T) {
	s, source, _ := newSettler(5)
	take := func(m amqp.Method) {
		t.Helper()
		if err := s.take(m.Append(nil)); err != nil {
			t.Fatal(err)
		}
	}
	take(&amqp.BasicAck{DeliveryTag: 2, Multiple: true})
	take(&amqp.BasicReturn{ReplyCode: 312, ReplyText: "NO_ROUTE"})
	take(&amqp.BasicAck{DeliveryTag: 5, Multiple: true})
	if err := s.flush(); err != nil {
		t.Fatal(err)
	}
	if acked := source.acknowledged(t, 1); len(acked) != 2 || !acked[1] || !acked[2] {
		t.Errorf("acknowledged %v", acked)
	}
	if left := s.why.Load(); left == nil || left.why != "target: a message came back: NO_ROUTE" {
		t.Errorf("%v", left)
	}
}

// FuzzSettle: no target can make it panic, or have acknowledged what was not
// published.
func FuzzSettle(f *testing.F) {
	f.Add((&amqp.BasicAck{DeliveryTag: 3, Multiple: true}).Append(nil))
	f.Add((&amqp.BasicNack{DeliveryTag: 1}).Append(nil))
	f.Add((&amqp.BasicAck{DeliveryTag: 1 << 60, Multiple: true}).Append(nil))
	f.Fuzz(func(t *testing.T, payload []byte) {
		s, source, _ := newSettler(10)
		if s.take(payload) != nil || s.flush() != nil {
			return
		}
		for tag := range source.acknowledged(t, 1) {
			if tag == 0 || tag > 11 {
				t.Errorf("%d was acknowledged", tag)
			}
		}
	})
}
