//go:build delayload

package integration

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestMillionDelayed measures a broker that holds a million messages: how fast
// they come in, what they take, how soon a restart is over, and how late
// messages are that are due meanwhile.
//
//	make bench-delayed
func TestMillionDelayed(t *testing.T) {
	b := Start(t, hutchmq)
	ch := dial(t, b)
	queueForDelays(t, ch)
	idle := b.RSS()
	const pending = 1_000_000
	r := rand.New(rand.NewPCG(1, 2))
	far := func() int64 { return 3_600_000 + r.Int64N(3_600_000) }
	began := time.Now()
	publishDelayed(t, b, pending, 0, far)
	t.Logf("%d held at %.0f a second, confirmed; %d MiB resident, idle %d MiB", pending, pending/time.Since(began).Seconds(), b.RSS()>>20, idle>>20)
	time.Sleep(10 * time.Second)
	t.Logf("10 s later %d MiB resident", b.RSS()>>20)
	for _, way := range []struct {
		name string
		end  func()
	}{{"stop", b.Stop}, {"kill", b.Kill}} {
		way.end()
		began = time.Now()
		b.Restart()
		t.Logf("start after a %s: %d ms", way.name, time.Since(began).Milliseconds())
		time.Sleep(3 * time.Second)
		t.Logf("%d MiB resident", b.RSS()>>20)
	}
	ch = dial(t, b)
	lateness := consumeDelayed(t, ch)
	publishDelayed(t, b, 10_000, time.Millisecond, func() int64 { return 200 + r.Int64N(2000) })
	report(t, "1,000 a second", lateness, 10_000)
	publishDelayed(t, b, 200_000, 0, func() int64 { return 15_000 + r.Int64N(20_000) })
	report(t, "10,000 a second", lateness, 200_000)
	t.Logf("%d MiB resident", b.RSS()>>20)
}

func queueForDelays(t *testing.T, ch *amqp.Channel) {
	t.Helper()
	if _, err := ch.QueueDeclare("due", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
}

// publishDelayed publishes n messages that tell when they are due, with a pause
// after each, and waits for the confirms.
func publishDelayed(t *testing.T, b *Broker, n int, pause time.Duration, delay func() int64) {
	t.Helper()
	ch := dial(t, b)
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	acks := ch.NotifyPublish(make(chan amqp.Confirmation, n))
	next := time.Now()
	for range n {
		ms := delay()
		body := binary.BigEndian.AppendUint64(make([]byte, 0, 100), uint64(time.Now().UnixMicro()+ms*1000))
		err := ch.PublishWithContext(t.Context(), "", "due", false, false, amqp.Publishing{
			DeliveryMode: amqp.Persistent, Headers: amqp.Table{"x-delay": ms}, Body: body[:100],
		})
		if err != nil {
			t.Fatal(err)
		}
		if pause > 0 {
			next = next.Add(pause)
			time.Sleep(time.Until(next))
		}
	}
	for range n {
		if c := <-acks; !c.Ack {
			t.Fatal("a message was not held")
		}
	}
	ch.Close()
}

// consumeDelayed tells how late messages come.
func consumeDelayed(t *testing.T, ch *amqp.Channel) <-chan time.Duration {
	t.Helper()
	ds, err := ch.Consume("due", "", true, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	late := make(chan time.Duration, 1<<20)
	go func() {
		for d := range ds {
			late <- time.Since(time.UnixMicro(int64(binary.BigEndian.Uint64(d.Body))))
		}
	}()
	return late
}

func report(t *testing.T, what string, late <-chan time.Duration, n int) {
	t.Helper()
	var all []time.Duration
	for len(all) < n {
		select {
		case l := <-late:
			all = append(all, l)
		case <-time.After(time.Minute):
			t.Fatalf("%d of %d came", len(all), n)
		}
	}
	slices.Sort(all)
	at := func(q float64) time.Duration { return all[int(q*float64(n-1))].Round(100 * time.Microsecond) }
	t.Logf("%s: late by %v at the median, %v at 99 %%, %v at 99.9 %%, %v at most, %v at least", what, at(0.5), at(0.99), at(0.999), at(1), at(0))
	if at(0) < 0 {
		t.Error("a message came early")
	}
}
