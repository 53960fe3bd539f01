package classic

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// letter is a message with headers.
func letter(body string, headers amqp.Table) *message.Message {
	return &message.Message{
		Header: amqp.AppendContentHeader(nil, 60, uint64(len(body)), &amqp.Properties{Headers: headers}),
		Body:   []byte(body), Persistent: true, Expiration: -1,
	}
}

// choosing opens a queue with those arguments.
func choosing(t testing.TB, kind *Type, args amqp.Table) *Queue {
	t.Helper()
	return open(t, kind, queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: args}, &queuetest.Host{})
}

// typed makes a type on a memory store, which ends with the test.
func typed(t testing.TB, make func(store.Store) *Type) *Type {
	st := store.NewMemory()
	kind := make(st)
	t.Cleanup(func() { closeAll(t, kind, st) })
	return kind
}

// send publishes bodies, each in the group that its first letter names; - is
// none.
func send(q *Queue, bodies ...string) {
	var burst []queue.Publication
	for _, b := range bodies {
		headers := amqp.Table{}
		if b[0] != '-' {
			headers["x-group-id"] = b[:1]
		}
		burst = append(burst, queue.Publication{Message: letter(b, headers)})
	}
	q.Publish(burst)
}

func consume(t testing.TB, q *Queue, credit int, args amqp.Table) *queuetest.Consumer {
	t.Helper()
	c := &queuetest.Consumer{Credit: credit}
	if err := q.Consume(c, queue.ConsumeOptions{Arguments: args}); err != nil {
		t.Fatal(err)
	}
	return c
}

func bodies(ds []queue.Delivery) (list []string) {
	for _, d := range ds {
		list = append(list, string(d.Message.Body))
	}
	return list
}

func receive(t *testing.T, c *queuetest.Consumer, want ...string) []queue.Delivery {
	t.Helper()
	ds := c.Take()
	if got := bodies(ds); !slices.Equal(got, want) {
		t.Fatalf("delivered %q, want %q", got, want)
	}
	return ds
}

func TestGroups(t *testing.T) {
	for name, make := range map[string]func(store.Store) *Type{"classic": New, "quorum": NewQuorum} {
		t.Run(name, func(t *testing.T) {
			q := choosing(t, typed(t, make), amqp.Table{"x-message-groups": true})
			defer q.Close(true)
			send(q, "a1", "a2", "a3", "b1", "b2", "-1", "-2", "c1")
			c := consume(t, q, 100, nil)
			ds := receive(t, c, "a1", "b1", "-1", "c1", "-2")
			if p := q.Picture(); p.Parking.Groups != 3 || p.Parking.GroupsBlocked != 2 || p.Parking.Parked != 3 || p.Ready != 3 || p.Unacked != 5 {
				t.Errorf("%+v", p)
			}
			q.Settle(c, ds[:1], queue.Requeue) // it keeps its place
			ds = append(receive(t, c, "a1"), ds[1:]...)
			q.Settle(c, ds[:2], queue.Ack)
			more := receive(t, c, "a2", "b2")
			q.Settle(c, ds[2:], queue.Ack)
			receive(t, c)
			q.Settle(c, more, queue.Discard)
			q.Settle(c, receive(t, c, "a3"), queue.Ack)
			if p := q.Picture(); p.Parking.Groups != 0 || p.Parking.GroupsBlocked != 0 || p.Parking.Parked != 0 || p.Ready != 0 {
				t.Errorf("in the end: %+v", p)
			}
		})
	}
}

// TestGroupsTakeTurns: one consumer gets of each group in turn, however much
// one of them has.
func TestGroupsTakeTurns(t *testing.T) {
	q := choosing(t, typed(t, New), amqp.Table{"x-message-groups": "tenant"})
	defer q.Close(true)
	for _, tenant := range []string{"a", "a", "a", "a", "a", "b", "c", "c"} {
		q.Publish([]queue.Publication{{Message: letter(tenant, amqp.Table{"tenant": tenant})}})
	}
	c := consume(t, q, 1, nil)
	var got []string
	for range 8 {
		ds := c.Take()
		got = append(got, bodies(ds)...)
		c.Grant(1)
		q.Settle(c, ds, queue.Ack)
	}
	if want := []string{"a", "b", "c", "a", "c", "a", "a", "a"}; !slices.Equal(got, want) {
		t.Errorf("delivered %q, want %q", got, want)
	}
}

// TestGroupsMostInFlight: as many of a group are out as may be.
func TestGroupsMostInFlight(t *testing.T) {
	q := choosing(t, typed(t, New), amqp.Table{"x-message-groups": true, "x-group-max-in-flight": int32(2)})
	defer q.Close(true)
	send(q, "a1", "a2", "a3", "b1")
	c := consume(t, q, 100, nil)
	ds := receive(t, c, "a1", "b1", "a2")
	q.Settle(c, ds[2:], queue.Ack)
	receive(t, c, "a3")
}

// TestGroupHeld: who is cancelled and keeps a delivery has its group wait; when
// it is given back it goes on.
func TestGroupHeld(t *testing.T) {
	q := choosing(t, typed(t, New), amqp.Table{"x-message-groups": true})
	defer q.Close(true)
	a := consume(t, q, 1, nil)
	send(q, "a1", "a2")
	held := receive(t, a, "a1")
	q.Cancel(a)
	b := consume(t, q, 10, nil)
	receive(t, b)
	if _, _, ok := q.Get(true); ok {
		t.Fatal("got a message of a group that is out")
	}
	q.Settle(nil, held, queue.Requeue)
	q.Settle(b, receive(t, b, "a1"), queue.Ack)
	receive(t, b, "a2")
}

// TestGroupsByPolicy: turned on, messages of a group wait for each other from
// then on; turned off, everything goes.
func TestGroupsByPolicy(t *testing.T) {
	q := choosing(t, typed(t, New), nil)
	defer q.Close(true)
	c := consume(t, q, 2, nil)
	send(q, "a1", "a2", "a3", "a4", "b1")
	receive(t, c, "a1", "a2")
	q.Reconfigure(amqp.Table{"message-groups": true})
	c.Grant(10)
	q.Resume(c)
	receive(t, c, "a3", "b1")
	q.Reconfigure(nil)
	receive(t, c, "a4")
}

// TestGroupsDeep: a group that is stuck at the head of a queue that is mostly
// on disk does not hold up the others, and costs no memory.
func TestGroupsDeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := newLaggard(1)
		kind := New(st)
		kind.limits.durable, kind.limits.lowWater, kind.limits.chunk = 64<<10, 8<<10, 16<<10
		q := choosing(t, kind, amqp.Table{"x-message-groups": true})
		const stuck, others = 20_000, 500
		for i := range stuck {
			send(q, fmt.Sprint("a", i))
		}
		for i := range others {
			send(q, fmt.Sprint("b", i))
		}
		time.Sleep(time.Second)
		c := consume(t, q, 2, nil)
		time.Sleep(10 * time.Second)
		ds := receive(t, c, "a0", "b0")
		for i := 1; i < others; i++ {
			c.Grant(1)
			q.Settle(c, ds[1:], queue.Ack)
			time.Sleep(time.Millisecond)
			ds = append(ds[:1], receive(t, c, fmt.Sprint("b", i))...)
		}
		if p := q.Picture(); p.ResidentBytes > 200<<10 || p.Ready != stuck-1 || p.Parking.Parked != stuck-1 {
			t.Errorf("%+v", p)
		}
		c.Grant(1)
		q.Settle(c, ds[1:], queue.Ack)
		for i := 1; i < stuck; i++ {
			c.Grant(1)
			q.Settle(c, ds[:1], queue.Ack)
			time.Sleep(time.Millisecond)
			ds = receive(t, c, fmt.Sprint("a", i))
		}
		q.Close(true)
		closeAll(t, kind, st)
	})
}

// TestParkedBound: behind so many that may not go, delivery waits.
func TestParkedBound(t *testing.T) {
	kind := typed(t, New)
	kind.limits.parked = 10
	q := choosing(t, kind, amqp.Table{"x-message-groups": true})
	defer q.Close(true)
	for i := range 12 {
		send(q, fmt.Sprint("a", i))
	}
	send(q, "b")
	c := consume(t, q, 100, nil)
	ds := receive(t, c, "a0") // a1 to a10 are parked
	q.Settle(c, ds, queue.Ack)
	ds = receive(t, c, "a1") // and a11
	q.Settle(c, ds, queue.Ack)
	receive(t, c, "a2", "b")
}

// TestGroupsPerish: a queue that is deleted leaves everything to its dead-letter
// exchange, parked messages that are on disk included.
func TestGroupsPerish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := newLaggard(1)
		kind := New(st)
		kind.limits = tiny
		host := &queuetest.Host{}
		q := open(t, kind, queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: amqp.Table{
			"x-message-groups": true, "x-dead-letter-exchange": "dlx",
		}}, host)
		const n = 200
		for i := range n {
			send(q, fmt.Sprint("a", i))
		}
		c := consume(t, q, 2, nil)
		b := consume(t, q, 0, amqp.Table{"x-browse": true})
		time.Sleep(time.Second)
		held := receive(t, c, "a0")
		done := make(chan struct{})
		q.Perish(queue.QueueDeleted, func() { close(done) })
		time.Sleep(time.Second)
		q.Settle(nil, held, queue.Requeue)
		<-done
		letters := host.Letters()
		if len(letters) != n || letters[0].Body != "a1" || letters[n-1].Body != "a0" {
			t.Errorf("%d dead letters of %d", len(letters), n)
		}
		if c.WasCancelled() != 1 || b.WasCancelled() != 1 {
			t.Error("who consumes or browses is not told")
		}
		q.Close(true)
		closeAll(t, kind, st)
	})
}

// TestGroupOfManyExpired: what a group that is stuck has lost takes no memory.
func TestGroupOfManyExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kind := typed(t, New)
		q := choosing(t, kind, amqp.Table{"x-message-groups": true, "x-message-ttl": int32(10)})
		c := consume(t, q, 1, nil)
		send(q, "a")
		for range 100 {
			for range 100 {
				send(q, "a")
			}
			time.Sleep(20 * time.Millisecond)
		}
		c.Grant(1)
		q.Resume(c)
		if s := q.selection; s.items > 2*fewParked || s.parked != 0 || len(s.flying) != 1 {
			t.Errorf("%d noted, %d parked, %d in flight", s.items, s.parked, len(s.flying))
		}
		q.Close(true)
	})
}
