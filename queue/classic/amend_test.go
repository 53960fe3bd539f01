package classic

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// TestAmendedTTL: after a restart a message with the new, shorter time to live
// does not wait for those in front of it, which have the old one.
func TestAmendedTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := store.NewMemory()
		kind := New(st)
		kind.limits = tiny
		d := queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: amqp.Table{"x-message-ttl": int64(60_000)}}
		var host queuetest.Host
		fill := func(q *Queue, n int) {
			for range n {
				q.Publish([]queue.Publication{{Message: &message.Message{Body: make([]byte, 100), Persistent: true, Expiration: -1}}})
			}
			synctest.Wait()
		}
		q := open(t, kind, d, &host)
		fill(q, 50)
		d.Arguments, d.Amended = amqp.Table{"x-message-ttl": int64(1000)}, true
		q.Amend(d.Arguments, nil)
		fill(q, 50)
		q.Close(false)
		q = open(t, kind, d, &host)
		for _, want := range []struct {
			after time.Duration
			ready int
		}{{500 * time.Millisecond, 100}, {time.Second, 50}, {57 * time.Second, 50}, {2 * time.Second, 0}} {
			time.Sleep(want.after)
			synctest.Wait()
			if n := q.Stat().Ready; n != want.ready {
				t.Errorf("%v later %d are ready, want %d", want.after, n, want.ready)
			}
		}
		q.Close(true)
		closeAll(t, kind, st)
	})
}
