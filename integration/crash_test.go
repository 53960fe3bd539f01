package integration

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// crashRoutes are the ways a letter can go.
var crashRoutes = []struct {
	exchange, key string
	queues        []string
}{
	{"crash.direct", "one", []string{"one"}},
	{"crash.direct", "two", []string{"two"}},
	{"crash.fanout", "any", []string{"fan.1", "fan.2", "fan.3"}},
	{"", "one", []string{"one"}},
}

// crashHabits are the consumers; only the queue two has several.
var crashHabits = []habits{
	{queue: "one", prefetch: 50, batch: 1},
	{queue: "two", prefetch: 20, batch: 1, requeue: 0.02},
	{queue: "two", prefetch: 30, batch: 5},
	{queue: "fan.1", prefetch: 100, batch: 10},
	{queue: "fan.2", prefetch: 1, batch: 1},
	{queue: "fan.3", prefetch: 200, batch: 20, requeue: 0.01},
}

const kills, publishers = 25, 3

// TestCrash kills the broker again and again while clients publish, consume
// and declare. Nothing that was confirmed is lost, what comes first comes in
// order, what comes again says so, and what was declared is there.
func TestCrash(t *testing.T) {
	t.Parallel()
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := func(n int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(n))) }
	b := Start(t, hutchmq)
	declareCrash(t, b)

	book := newLedger(map[string]bool{"one": false, "two": true, "fan.1": false, "fan.2": false, "fan.3": false})
	writing, stopWriting := context.WithCancel(t.Context())
	reading, stopReading := context.WithCancel(t.Context())
	var writers, readers sync.WaitGroup
	for i := range publishers {
		p := &publisher{id: uint32(i), url: b.URL(), ledger: book, random: random(1 + i), pace: 200 * time.Microsecond}
		writers.Go(func() { p.run(writing) })
	}
	for i, h := range crashHabits {
		c := &consumer{habits: h, url: b.URL(), ledger: book, random: random(100 + i)}
		readers.Go(func() { c.run(reading) })
	}
	a := &architect{url: b.URL()}
	writers.Go(func() { a.run(writing) })

	r, slowest := random(0), time.Duration(0)
	for range kills {
		time.Sleep(time.Duration(100+r.IntN(500)) * time.Millisecond)
		b.Kill()
		start := time.Now()
		b.Restart()
		slowest = max(slowest, time.Since(start))
	}
	t.Logf("%d kills, the slowest restart took %v", kills, slowest.Round(time.Millisecond))
	stopWriting()
	writers.Wait()
	awaitQuiet(t, b, book)
	stopReading()
	readers.Wait()

	wantEmpty(t, b)
	book.audit(t)
	a.audit(t)
	b.Stop()
	b.Restart()
	wantEmpty(t, b)
	b.Kill()
	b.Restart()
	wantEmpty(t, b)
	if b.Panicked() {
		t.Error("the broker printed a stack")
	}
}

func declareCrash(t *testing.T, b *Broker) {
	t.Helper()
	ch := dial(t, b)
	for name, kind := range map[string]string{"crash.direct": amqp.ExchangeDirect, "crash.fanout": amqp.ExchangeFanout} {
		if err := ch.ExchangeDeclare(name, kind, true, false, false, false, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range crashRoutes {
		for _, queue := range r.queues {
			if _, err := ch.QueueDeclare(queue, true, false, false, false, nil); err != nil {
				t.Fatal(err)
			}
			if r.exchange == "" {
				continue
			}
			if err := ch.QueueBind(queue, r.key, r.exchange, false, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// awaitQuiet waits until the queues are empty and nothing is delivered any
// more.
func awaitQuiet(t *testing.T, b *Broker, book *ledger) {
	t.Helper()
	start, before := time.Now(), -1
	for time.Since(start) < time.Minute {
		delivered := book.delivered()
		if delivered == before && inQueues(t, b) == 0 {
			return
		}
		before = delivered
		time.Sleep(300 * time.Millisecond)
	}
	t.Errorf("%d messages are left a minute after the last was published", inQueues(t, b))
}

// wantEmpty wants nothing in any queue of the crash test.
func wantEmpty(t *testing.T, b *Broker) {
	t.Helper()
	if n := inQueues(t, b); n != 0 {
		t.Errorf("%d messages are in the queues", n)
	}
}

// inQueues counts what is ready.
func inQueues(t *testing.T, b *Broker) (ready int) {
	t.Helper()
	ch, err := reach(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer ch.conn.Close()
	for _, r := range crashRoutes {
		for _, queue := range r.queues {
			q, err := ch.QueueDeclarePassive(queue, true, false, false, false, nil)
			if err != nil {
				t.Fatal(err)
			}
			ready += q.Messages
		}
	}
	return ready
}
