package classic

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
)

// flood publishes mib MiB of transient messages.
func flood(q *Queue, mib int) {
	burst := make([]queue.Publication, 1<<10)
	for i := range burst {
		burst[i].Message = &message.Message{Header: make([]byte, 14), Body: make([]byte, 1<<10), Expiration: -1}
	}
	for range mib {
		q.Publish(burst)
	}
}

// paced is how long Pace held a publisher back.
func paced(q *Queue) time.Duration {
	began := time.Now()
	q.Pace()
	return time.Since(began)
}

// TestPaceWaitsForFastConsumers: a publisher goes on as soon as they have
// caught up.
func TestPaceWaitsForFastConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q, c := opened(t, false), &queuetest.Consumer{}
		if q.Consume(c, queue.ConsumeOptions{NoAck: true}); q.Behind() {
			t.Fatal("behind with nothing in it")
		}
		if flood(q, 12); !q.Behind() {
			t.Fatal("not behind with 12 MiB in memory and a consumer")
		}
		go func() {
			time.Sleep(paceTurn + paceTurn/2)
			c.Grant(10 << 10)
			q.Resume(c)
		}()
		if got, want := paced(q), 2*paceTurn; got != want {
			t.Errorf("held back for %v, want %v", got, want)
		}
		q.Close(true)
	})
}

// TestPaceGivesUpOnSlowConsumers: those that take nothing are waited for four
// times, then not for a while, which grows.
func TestPaceGivesUpOnSlowConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := opened(t, false)
		q.Consume(&queuetest.Consumer{}, queue.ConsumeOptions{NoAck: true})
		flood(q, 12)
		for _, rest := range []time.Duration{minRestMs, 2 * minRestMs, 4 * minRestMs} {
			for n := range patience {
				if !q.Behind() {
					t.Fatal("not behind after ", n, " turns")
				}
				if got, want := paced(q), paceTurns*paceTurn; got != want {
					t.Errorf("held back for %v, want %v", got, want)
				}
			}
			time.Sleep(rest*time.Millisecond - time.Millisecond)
			if flood(q, 1); q.Behind() {
				t.Errorf("behind before a rest of %d ms was over", rest)
			}
			time.Sleep(2 * time.Millisecond)
			flood(q, 1)
		}
		q.Close(true)
	})
}

// TestNobodyIsPaced where there is no use in it: without consumers, while the
// queue is paused, and where what is persistent goes to the disk anyway.
func TestNobodyIsPaced(t *testing.T) {
	q := opened(t, false)
	if flood(q, 20); q.Behind() {
		t.Error("behind without consumers")
	}
	rests := opened(t, false)
	rests.Pause(true)
	rests.Consume(&queuetest.Consumer{}, queue.ConsumeOptions{NoAck: true})
	if flood(rests, 20); rests.Behind() {
		t.Error("behind while it is paused")
	}
	deep := opened(t, true)
	deep.Consume(&queuetest.Consumer{}, queue.ConsumeOptions{})
	for range 20 << 10 {
		m := &message.Message{Header: make([]byte, 14), Body: make([]byte, 1<<10), Persistent: true, Expiration: -1}
		deep.Publish([]queue.Publication{{Message: m}})
	}
	deep.mu.Lock()
	isDeep := deep.deep()
	deep.mu.Unlock()
	if !isDeep || deep.Behind() {
		t.Errorf("deep %v, behind %v; want true, false", isDeep, deep.Behind())
	}
}
