package queuetest

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// fixture is a queue under test, and all around it.
type fixture struct {
	*testing.T
	kind       Kind
	persistent bool

	queue.Queue
	host     Host
	receipts Receipts
	seq      uint64
	sent     int
}

// open declares the queue. Durable kinds get durable queues.
func (f *fixture) open(args amqp.Table, change ...func(*queue.Declaration)) {
	f.Helper()
	d := queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: f.persistent || f.kind.Durable, Arguments: args}
	for _, c := range change {
		c(&d)
	}
	kind := f.kind.New(f)
	if err := kind.Check(d); err != nil {
		f.Fatal(err)
	}
	q, err := kind.Open(d, &f.host)
	if err != nil {
		f.Fatal(err)
	}
	f.Queue = q
	f.Cleanup(func() { q.Close(true) })
}

// message makes a message of this body.
func (f *fixture) message(body string) *message.Message {
	return &message.Message{RoutingKey: "q", Body: []byte(body), Persistent: f.persistent, Expiration: -1}
}

// send publishes messages with a receipt each, as one burst.
func (f *fixture) send(ms ...*message.Message) {
	burst := make([]queue.Publication, len(ms))
	for i, m := range ms {
		f.seq++
		burst[i] = queue.Publication{Message: m, Receipt: queue.Receipt{To: &f.receipts, Seq: f.seq}}
	}
	f.Publish(burst)
	synctest.Wait()
}

// fill publishes n messages, whose bodies are numbers in order.
func (f *fixture) fill(n int) {
	ms := make([]*message.Message, n)
	for i := range ms {
		ms[i] = f.message(strconv.Itoa(f.sent))
		f.sent++
	}
	f.send(ms...)
}

// consume adds a consumer with some credit.
func (f *fixture) consume(credit int, o queue.ConsumeOptions) *Consumer {
	f.Helper()
	c := &Consumer{Credit: credit}
	if err := f.Consume(c, o); err != nil {
		f.Fatal(err)
	}
	synctest.Wait()
	return c
}

// grant gives c more credit.
func (f *fixture) grant(c *Consumer, n int) {
	c.Grant(n)
	f.Resume(c)
	synctest.Wait()
}

// settle settles, and waits for what follows.
func (f *fixture) settle(c *Consumer, how queue.Outcome, ds ...queue.Delivery) {
	if c == nil {
		f.Settle(nil, ds, how)
	} else {
		f.Settle(c, ds, how)
	}
	synctest.Wait()
}

// take gets n messages and leaves them unacknowledged.
func (f *fixture) take(n int) (ds []queue.Delivery) {
	f.Helper()
	for range n {
		d, _, ok := f.Get(false)
		if !ok {
			f.Fatalf("got %d messages, want %d", len(ds), n)
		}
		ds = append(ds, d)
	}
	return ds
}

// rest gets and acknowledges everything that is ready.
func (f *fixture) rest() (bodies []string) {
	for {
		d, _, ok := f.Get(true)
		if !ok {
			return bodies
		}
		bodies = append(bodies, body(d))
	}
}

// counts checks Stat.
func (f *fixture) counts(ready, unacked int) {
	f.Helper()
	if s := f.Stat(); s.Ready != ready || s.Unacked != unacked {
		f.Errorf("%d ready and %d unacked, want %d and %d", s.Ready, s.Unacked, ready, unacked)
	}
}

// confirmed checks that every message sent so far has one receipt, and which
// were refused.
func (f *fixture) confirmed(refused ...uint64) {
	f.Helper()
	if err := f.receipts.Check(f.seq, refused...); err != nil {
		f.Error(err)
	}
}

func (f *fixture) equal(got, want []string) {
	f.Helper()
	if !slices.Equal(got, want) {
		f.Errorf("got %s\nwant %s", short(got), short(want))
	}
}

func short(list []string) string {
	if len(list) > 40 {
		return fmt.Sprintf("%v … (%d)", list[:40], len(list))
	}
	return fmt.Sprint(list)
}

func body(d queue.Delivery) string { return string(d.Message.Body) }

func bodies(ds []queue.Delivery) (list []string) {
	for _, d := range ds {
		list = append(list, body(d))
	}
	return list
}

// numbers are the bodies of fill, from first to last.
func numbers(first, last int) (list []string) {
	for i := first; i <= last; i++ {
		list = append(list, strconv.Itoa(i))
	}
	return list
}
