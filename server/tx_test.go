package server

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

func TestTransactionIsBounded(t *testing.T) {
	m := &message.Message{Body: make([]byte, 1000)}
	tx := &transaction{bytes: maxTxBytes - 2*m.Footprint()}
	for i, want := range []bool{true, true, false} {
		if err := tx.publish(&publish{m: m}); (err == nil) != want || err != nil && !amqp.TooMany.Is(err) {
			t.Errorf("publish %d: %v", i, err)
		}
	}
}

// units notes what is done in units, and when.
type units struct {
	store.Store
	mu    sync.Mutex
	last  int
	calls []string
}

func (u *units) note(format string, args ...any) {
	u.mu.Lock()
	u.calls = append(u.calls, fmt.Sprintf(format, args...))
	u.mu.Unlock()
}

func (u *units) Begin() store.Unit {
	u.last++
	u.note("begin %d", u.last)
	return notedUnit{u, u.last}
}

type notedUnit struct {
	u *units
	n int
}

func (n notedUnit) Commit() { n.u.note("commit %d", n.n) }

// notedType makes queues that tell units what they are told.
type notedType struct {
	queue.Type
	u *units
}

func (t notedType) Open(d queue.Declaration, h queue.Host) (queue.Queue, error) {
	q, err := t.Type.Open(d, h)
	return notedQueue{q, d.Name, t.u}, err
}

type notedQueue struct {
	queue.Queue
	name string
	u    *units
}

func (q notedQueue) PublishIn(u queue.Unit, burst []queue.Publication) {
	q.u.note("publish %d into %s in %d", len(burst), q.name, u.(notedUnit).n)
	q.Queue.Publish(burst)
}

func (q notedQueue) SettleIn(u queue.Unit, c queue.Consumer, ds []queue.Delivery, how queue.Outcome) {
	q.u.note("settle %d of %s in %d", len(ds), q.name, u.(notedUnit).n)
	q.Queue.Settle(c, ds, how)
}

func (q notedQueue) Settle(c queue.Consumer, ds []queue.Delivery, how queue.Outcome) {
	q.u.note("settle %d of %s", len(ds), q.name)
	q.Queue.Settle(c, ds, how)
}

// TestCommitIsOneUnit: what is published and acknowledged in a transaction goes
// to the queues as one unit, and what is rejected after it.
func TestCommitIsOneUnit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &units{Store: store.NewMemory()}
		n := newNodeWith(t, testOptions(), u, func(o *broker.Options) {
			for i, t := range o.QueueTypes {
				o.QueueTypes[i] = notedType{t, u}
			}
		})
		nc, answers := n.login(t)
		defer nc.Close()
		go drain(answers)
		nc.Write(encode(t, 1, `queue.declare queue=a ; queue.declare queue=b`))
		for _, q := range []string{"a", "a", "b"} {
			nc.Write(encode(t, 1, `basic.publish routing_key=`+q+` | "x" ; basic.get queue=`+q))
		}
		nc.Write(encode(t, 1, `tx.select ; basic.publish routing_key=b | "y" ; basic.publish routing_key=a | "y"`))
		nc.Write(encode(t, 1, `basic.ack delivery_tag=1 ; basic.nack delivery_tag=2 ; basic.ack delivery_tag=3 ; tx.commit`))
		synctest.Wait()
		want := []string{
			"begin 1", "publish 1 into b in 1", "publish 1 into a in 1", "settle 1 of a in 1", "settle 1 of b in 1", "commit 1",
			"settle 1 of a",
		}
		if !slices.Equal(u.calls, want) {
			t.Errorf("%q, want %q", u.calls, want)
		}
	})
}
