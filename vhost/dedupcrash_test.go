package vhost

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/dedup"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/internal/testkit/faultfs"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/classic"
	"github.com/hutchmq/hutchmq/store"
)

// TestOnceAfterPowerLoss publishes messages with keys to an exchange and to a
// queue that check them, and numbered ones of producers, loses power now and
// then, and publishes again what was not confirmed, and some that was. In the
// end each is there once, and those of a producer in order.
func TestOnceAfterPowerLoss(t *testing.T) {
	for seed := range int64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			c := &outage{T: t, r: rand.New(rand.NewSource(seed)), disk: faultfs.New(uint64(seed)), dir: t.TempDir()}
			c.id.Store(100)
			for range 5 {
				c.open()
				c.work()
				c.close(true)
			}
			c.open()
			c.finish()
			c.close(false)
		})
	}
}

// outage is a vhost that loses power.
type outage struct {
	*testing.T
	r    *rand.Rand
	disk *faultfs.Disk
	dir  string
	id   atomic.Uint64

	st      *store.Disk
	kinds   []*classic.Type
	shelf   *dedup.Shelf
	v       *Vhost
	power   sync.WaitGroup
	streams [3]stream
}

// stream is messages to one place, which are numbered as they come.
type stream struct {
	mu        sync.Mutex
	confirmed []bool // by number; refused counts as not
	answers   []int  // still to come
}

// Confirm implements queue.Confirmer.
func (s *stream) Confirm(seqs []uint64, stored bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range seqs {
		s.answers[n]--
		s.confirmed[n] = s.confirmed[n] || stored
	}
}

func (s *stream) isConfirmed(n int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.confirmed[n]
}

// The streams: what they are published to, what checks them.
const (
	byExchange = iota
	byQueue
	byProducer
)

var streamQueues = [...]string{byExchange: "a", byQueue: "b", byProducer: "c"}

func (c *outage) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *outage) open() {
	st, err := store.Open(c.dir, store.Options{
		FS: c.disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Millisecond, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	c.must(err)
	c.st = st
	c.kinds = []*classic.Type{classic.New(st), classic.NewQuorum(st)}
	c.shelf, err = dedup.Open(st)
	c.must(err)
	c.v, err = New("/", Options{
		ExchangeTypes: map[string]exchange.Type{
			"direct": exchange.Direct, "fanout": exchange.Fanout, "topic": exchange.Topic, "headers": exchange.Headers,
		},
		QueueTypes: map[string]queue.Type{"classic": c.kinds[0], "quorum": c.kinds[1]},
		Keeper:     &keeper{}, Begin: func() queue.Unit { return st.Begin() }, Dedup: c.shelf,
		NextID: func(bool) (uint64, error) { return c.id.Add(1), nil },
	})
	c.must(err)
	dup := amqp.Table{"x-message-deduplication": true}
	c.must(c.v.RestoreExchange(ExchangeDeclaration{
		Name: "x", Kind: "direct", Durable: true, ID: 10, Arguments: amqp.Table{"x-message-deduplication": true, "x-cache-size": int32(100_000)},
	}))
	c.must(c.v.RestoreQueue(queue.Declaration{ID: 1, Name: "a", Durable: true}, "classic", Marks{}))
	c.must(c.v.RestoreQueue(queue.Declaration{ID: 2, Name: "b", Durable: true, Arguments: dup}, "quorum", Marks{}))
	c.must(c.v.RestoreQueue(queue.Declaration{ID: 3, Name: "c", Durable: true}, "classic", Marks{}))
	q, err := c.v.Queue("a", 0)
	c.must(err)
	c.must(c.v.Bind("x", q, "", nil))
	c.v.Restored()
}

// close ends everything; with outage the power goes first, if it has not.
func (c *outage) close(outage bool) {
	c.power.Wait()
	if outage {
		c.disk.Crash(c.r.Intn(2) == 0)
	}
	c.v.Close(false)
	c.shelf.Close()
	for _, k := range c.kinds {
		k.Close()
	}
	c.st.Close()
}

// work has publishers publish at the same time. Sometimes the power goes
// meanwhile.
func (c *outage) work() {
	c.disk.SetSyncDelay(time.Duration(c.r.Intn(400)) * time.Microsecond)
	if c.r.Intn(2) == 0 {
		torn, after := c.r.Intn(2) == 0, time.Duration(c.r.Intn(15_000))*time.Microsecond
		c.power.Go(func() {
			time.Sleep(after)
			c.disk.Crash(torn)
		})
	}
	var all sync.WaitGroup
	for which := range c.streams {
		r := rand.New(rand.NewSource(c.r.Int63()))
		all.Go(func() { c.publish(which, r, 5+r.Intn(20)) })
		if which != byProducer {
			again := rand.New(rand.NewSource(c.r.Int63()))
			all.Go(func() { c.publish(which, again, again.Intn(10)) })
		}
	}
	all.Wait()
}

// publish publishes what was not confirmed, and then so many bursts of what is
// new, and of some that is not.
func (c *outage) publish(which int, r *rand.Rand, bursts int) {
	p := c.v.Publisher()
	s := &c.streams[which]
	c.resend(p, which)
	for range bursts {
		for range r.Intn(8) {
			s.mu.Lock()
			n := len(s.confirmed)
			if n > 0 && r.Intn(4) == 0 {
				n = r.Intn(n)
			} else {
				s.confirmed, s.answers = append(s.confirmed, false), append(s.answers, 0)
			}
			s.mu.Unlock()
			c.send(p, which, n)
		}
		p.Flush()
		time.Sleep(time.Duration(r.Intn(500)) * time.Microsecond)
	}
}

// resend publishes what was not confirmed, in order.
func (c *outage) resend(p *Publisher, which int) {
	s := &c.streams[which]
	s.mu.Lock()
	count := len(s.confirmed)
	s.mu.Unlock()
	for n := range count {
		if !s.isConfirmed(n) {
			c.send(p, which, n)
		}
	}
	p.Flush()
}

// send publishes message n of a stream.
func (c *outage) send(p *Publisher, which, n int) {
	name, key, headers := "", streamQueues[which], amqp.Table{"x-deduplication-header": int32(n)}
	switch which {
	case byExchange:
		name, key = "x", ""
	case byProducer:
		headers = amqp.Table{"x-producer-id": "p", "x-producer-seq": int64(n)}
	}
	x, err := c.v.Exchange(name)
	c.must(err)
	m := newMessage(c, name, key, fmt.Sprint(n), headers)
	m.Persistent = true
	s := &c.streams[which]
	to, err := p.Publish(x, m, queue.Receipt{To: s, Seq: uint64(n)})
	c.must(err)
	s.mu.Lock()
	s.answers[n] += to
	s.mu.Unlock()
}

// finish publishes again what is still not confirmed, waits, and counts what is
// there.
func (c *outage) finish() {
	c.disk.SetSyncDelay(0)
	for which := range c.streams {
		c.resend(c.v.Publisher(), which)
		s := &c.streams[which]
		for n := range s.confirmed {
			for began := time.Now(); !s.isConfirmed(n); time.Sleep(time.Millisecond) {
				if time.Since(began) > 30*time.Second {
					c.Fatalf("message %d of queue %s is not confirmed", n, streamQueues[which])
				}
			}
		}
		c.count(which)
	}
}

func (c *outage) count(which int) {
	name := streamQueues[which]
	q, err := c.v.Queue(name, 0)
	c.must(err)
	times, last := map[int]int{}, -1
	for {
		d, _, ok := q.Get(true)
		if !ok {
			break
		}
		n := 0
		fmt.Sscan(string(d.Message.Body), &n)
		times[n]++
		if n < last && which == byProducer {
			c.Errorf("queue %s: %d comes after %d", name, n, last)
		}
		last = n
	}
	for n := range c.streams[which].confirmed {
		if times[n] != 1 {
			c.Errorf("queue %s: message %d is there %d times", name, n, times[n])
		}
	}
	if len(times) != len(c.streams[which].confirmed) {
		c.Errorf("queue %s: %d messages, want %d", name, len(times), len(c.streams[which].confirmed))
	}
}
