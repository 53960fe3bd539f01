package server

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
	"testing/synctest"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/store"
)

// published is a publish as the test of confirms knows it.
type published struct {
	left   int // queues that have not answered
	nacked bool
	told   bool
}

// TestConfirms has queues answer at random, and what can be told is told at
// random. Each publish is confirmed once, after all its queues have answered,
// and as the worst of them said.
func TestConfirms(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	k := confirms{on: true, base: 1}
	publishes := []*published{nil} // tag 0 is none
	var due []uint64               // answers that queues still owe
	for step := range 20_000 {
		switch n := r.IntN(5); {
		case n == 0 && step < 15_000:
			left := r.IntN(4)
			seq := k.next()
			k.expect(int32(left), 0)
			publishes = append(publishes, &published{left: left})
			for range left {
				due = append(due, seq)
			}
		case n < 4 && len(due) > 0:
			i := r.IntN(min(len(due), 50))
			seq, stored := due[i], r.IntN(10) > 0
			due = append(due[:i], due[i+1:]...)
			k.confirm([]uint64{seq}, stored)
			p := publishes[seq]
			p.left--
			p.nacked = p.nacked || !stored
		default:
			if err := told(k.appendTo(nil, 1), publishes); err != nil {
				t.Fatalf("seed %d, step %d: %v", seed, step, err)
			}
		}
	}
	for len(due) > 0 {
		k.confirm(due[:1], true)
		publishes[due[0]].left--
		due = due[1:]
	}
	if err := told(k.appendTo(nil, 1), publishes); err != nil {
		t.Fatalf("seed %d, at the end: %v", seed, err)
	}
	for tag, p := range publishes[1:] {
		if !p.told {
			t.Fatalf("seed %d: publish %d is never confirmed", seed, tag+1)
		}
	}
	if k.waiting() {
		t.Errorf("seed %d: still waiting", seed)
	}
}

// told reads confirms and notes them.
func told(wire []byte, publishes []*published) error {
	frames := amqp.NewReader(bytes.NewReader(wire))
	for {
		f, err := frames.Next()
		if err != nil {
			return nil
		}
		m, err := amqp.ParseMethod(f.Payload)
		if err != nil {
			return err
		}
		switch m := m.(type) {
		case *amqp.BasicAck:
			err = tell(publishes, m.DeliveryTag, m.Multiple, false)
		case *amqp.BasicNack:
			err = tell(publishes, m.DeliveryTag, m.Multiple, true)
		}
		if err != nil {
			return err
		}
	}
}

func tell(publishes []*published, tag uint64, multiple, nacked bool) error {
	from := tag
	if multiple {
		from = 1
	}
	for ; from <= tag; from++ {
		switch p := publishes[from]; {
		case p.told && from == tag:
			return errors.New("confirmed twice")
		case p.told:
		case p.left > 0:
			return errors.New("confirmed before all queues have answered")
		case p.nacked != nacked:
			return errors.New("an ack for a nack, or the other way round")
		default:
			p.told = true
		}
	}
	return nil
}

// failing is a disk on which nothing is safe.
type failing struct{ store.Store }

func (failing) Failed() error { return errors.New("no space left") }

func (failing) Log(_ uint64, _ bool, owner store.Owner) (store.Log, error) {
	return &failingLog{owner: owner}, nil
}

type failingLog struct {
	store.Log
	owner store.Owner
}

func (l *failingLog) Put(es []store.Entry) {
	go l.owner.Stored(es[len(es)-1].Seq, errors.New("no space left"))
}

func (l *failingLog) PutIn(_ store.Unit, es []store.Entry) { l.Put(es) }

func (*failingLog) Settle([]uint64)               {}
func (*failingLog) SettleIn(store.Unit, []uint64) {}
func (*failingLog) Lanes() []store.Lane           { return nil }
func (*failingLog) Next() uint64                  { return 1 }
func (*failingLog) Mark(uint64)                   {}
func (*failingLog) Marked() uint64                { return 0 }
func (*failingLog) Drop()                         {}
func (*failingLog) Close()                        {}

// TestFailingDisk: what could not be stored is nacked, and no commit-ok comes
// for it but connection.close 541.
func TestFailingDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &stage{t: t, peers: map[string]*peer{}, names: map[string]string{}}
		defer st.leave()
		st.n = newNodeOn(t, testOptions(), failing{store.NewMemory()})
		st.expect(t, `1 C: queue.declare queue=q durable ; confirm.select`,
			`1 S: queue.declare-ok queue=q message_count=0 consumer_count=0`, `1 S: confirm.select-ok`)
		st.expect(t, `1 C: basic.publish routing_key=q | delivery_mode=2 "x"`, `1 S: basic.nack delivery_tag=1`)
		st.expect(t, `1 C: channel.close 200 "bye" ; channel.open ; tx.select`,
			`1 S: channel.close-ok`, `1 S: channel.open-ok`, `1 S: tx.select-ok`)
		st.expect(t, `1 C: basic.publish routing_key=q | delivery_mode=2 "x" ; tx.commit`,
			`S: connection.close 541 "INTERNAL_ERROR - storage failure: transaction not committed" tx.commit`)
	})
}
