package integration

import (
	"encoding/binary"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestHundredThousand publishes with confirms, and consumes meanwhile.
func TestHundredThousand(t *testing.T) {
	t.Parallel()
	const count, size = 100_000, 256
	b := Start(t, hutchmq)
	in, out := dial(t, b), dial(t, b)
	declareDurable(t, in, "q")
	start := time.Now()
	published := make(chan error, 1)
	go func() { published <- publishConfirmed(in, "q", count, size) }()
	drainInOrder(t, out, "q", count)
	if err := <-published; err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("%d persistent messages of %d bytes confirmed and consumed in %v, %.0f/s",
		count, size, took.Round(time.Millisecond), count/took.Seconds())
	wantMessages(t, out, "q", 0)
}

// TestDeepBacklog piles messages up without a consumer: they do not stay in
// memory, and after a kill all come back in order.
func TestDeepBacklog(t *testing.T) {
	t.Parallel()
	const count, size, maxRSS = 200_000, 1 << 10, 250 << 20
	b := Start(t, hutchmq)
	ch := dial(t, b)
	declareDurable(t, ch, "deep")
	peak := watchRSS(b)
	start := time.Now()
	if err := publishConfirmed(ch, "deep", count, size); err != nil {
		t.Fatal(err)
	}
	published := time.Since(start)
	rss := peak()
	t.Logf("published in %v, RSS up to %d MiB", published.Round(time.Millisecond), rss>>20)
	if rss == 0 || rss > maxRSS {
		t.Errorf("the broker took %d MiB for a backlog of %d MiB", rss>>20, count*size>>20)
	}
	b.Kill()
	start = time.Now()
	b.Restart()
	t.Logf("restarted in %v", time.Since(start).Round(time.Millisecond))
	ch = dial(t, b)
	wantMessages(t, ch, "deep", count)
	peak = watchRSS(b)
	start = time.Now()
	drainInOrder(t, ch, "deep", count)
	t.Logf("drained in %v, RSS up to %d MiB", time.Since(start).Round(time.Millisecond), peak()>>20)
	wantMessages(t, ch, "deep", 0)
}

// watchRSS samples the memory of the broker until the highest is asked for.
func watchRSS(b *Broker) (peak func() int64) {
	stop, result := make(chan struct{}), make(chan int64)
	go func() {
		var highest int64
		for {
			select {
			case <-stop:
				result <- highest
				return
			case <-time.After(20 * time.Millisecond):
				highest = max(highest, b.RSS())
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-result
	}
}

func declareDurable(t *testing.T, ch *amqp.Channel, queue string) {
	t.Helper()
	if _, err := ch.QueueDeclare(queue, true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
}

// wantMessages wants so many ready in queue.
func wantMessages(t *testing.T, ch *amqp.Channel, queue string, count int) {
	t.Helper()
	q, err := ch.QueueDeclarePassive(queue, true, false, false, false, nil)
	if err != nil || q.Messages != count {
		t.Errorf("%s: %d messages, want %d, %v", queue, q.Messages, count, err)
	}
}

// publishConfirmed sends count numbered messages of size bytes to queue, and
// returns when all are confirmed.
func publishConfirmed(ch *amqp.Channel, queue string, count, size int) error {
	if err := ch.Confirm(false); err != nil {
		return err
	}
	var open []*amqp.DeferredConfirmation
	body := make([]byte, size)
	for i := range count {
		binary.BigEndian.PutUint32(body, uint32(i))
		c, err := ch.PublishWithDeferredConfirm("", queue, true, false, amqp.Publishing{
			DeliveryMode: amqp.Persistent, Body: body,
		})
		if err != nil {
			return err
		}
		if open = append(open, c); len(open) > window || i == count-1 {
			if err := awaitConfirmed(open[:len(open)/2]); err != nil {
				return err
			}
			open = open[len(open)/2:]
		}
	}
	return awaitConfirmed(open)
}

func awaitConfirmed(open []*amqp.DeferredConfirmation) error {
	for _, c := range open {
		if !c.Wait() {
			return amqp.ErrClosed
		}
	}
	return nil
}

// drainInOrder consumes the messages of publishConfirmed, each once.
func drainInOrder(t *testing.T, ch *amqp.Channel, queue string, count int) {
	t.Helper()
	const prefetch = 1000
	if err := ch.Qos(prefetch, 0, false); err != nil {
		t.Fatal(err)
	}
	deliveries, err := ch.Consume(queue, "drain", false, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range count {
		d, ok := <-deliveries
		if !ok {
			t.Fatalf("%s: closed after %d messages", queue, i)
		}
		if n := binary.BigEndian.Uint32(d.Body); n != uint32(i) {
			t.Fatalf("%s: message %d came in place of %d", queue, n, i)
		}
		if i%(prefetch/4) == 0 || i == count-1 {
			d.Ack(true)
		}
	}
	if err := ch.Cancel("drain", false); err != nil {
		t.Fatal(err)
	}
}
