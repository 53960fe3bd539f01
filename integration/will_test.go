package integration

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestDeletedQueueCrash: a deep queue is deleted, and the broker killed while it
// dead-letters what was in it. After the restart each message is where it
// belongs, once.
func TestDeletedQueueCrash(t *testing.T) {
	t.Parallel()
	const n = 8000
	b := Start(t, hutchmq)
	for round := range 3 {
		ch, err := reach(b.URL())
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprint("dead-", round)
		for queue, args := range map[string]amqp.Table{name: nil, "jobs": {
			"x-dead-letter-exchange": "", "x-dead-letter-routing-key": name, "x-dead-letter-on-delete": true,
		}} {
			if _, err := ch.QueueDeclare(queue, true, false, false, false, args); err != nil {
				t.Fatal(err)
			}
		}
		if err := ch.Confirm(false); err != nil {
			t.Fatal(err)
		}
		var last *amqp.DeferredConfirmation
		for i := range n {
			if last, err = ch.PublishWithDeferredConfirm("", "jobs", false, false, amqp.Publishing{
				DeliveryMode: amqp.Persistent, Body: fmt.Appendf(nil, "%d %s", i, make([]byte, 2000)),
			}); err != nil {
				t.Fatal(err)
			}
		}
		last.Wait()
		deleted, err := ch.QueueDelete("jobs", false, false, false)
		if err != nil || deleted != n {
			t.Fatalf("deleted %d, %v", deleted, err)
		}
		time.Sleep(time.Duration(rand.IntN(40)) * time.Millisecond)
		b.Kill()
		b.Restart()
		if ch, err = reach(b.URL()); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for began := time.Now(); len(seen) < n; {
			d, ok, err := ch.Get(name, true)
			if err != nil || time.Since(began) > 20*time.Second {
				t.Fatalf("round %d: %d of %d messages are there: %v", round, len(seen), n, err)
			}
			if !ok {
				time.Sleep(10 * time.Millisecond)
				continue
			}
			var i int
			fmt.Sscan(string(d.Body), &i)
			if key := fmt.Sprint(i); seen[key] || d.Headers["x-first-death-reason"] != "queue_deleted" {
				t.Fatalf("round %d: message %d is there twice, or died of %v", round, i, d.Headers["x-first-death-reason"])
			}
			seen[fmt.Sprint(i)] = true
		}
		time.Sleep(50 * time.Millisecond)
		if _, more, _ := ch.Get(name, true); more {
			t.Errorf("round %d: more than was published", round)
		}
	}
	b.Stop()
}
