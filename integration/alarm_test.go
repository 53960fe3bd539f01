package integration

import (
	"slices"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestDiskAlarm: a broker whose disk is too full takes nothing, and gives what
// it has.
func TestDiskAlarm(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	ch, err := reach(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ch.QueueDeclare("letters", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{"one", "two", "three"} {
		letter := amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte(body)}
		c, err := ch.PublishWithDeferredConfirmWithContext(t.Context(), "", "letters", false, false, letter)
		if err != nil || !c.Wait() {
			t.Fatalf("%s is not confirmed: %v", body, err)
		}
	}
	b.Stop()
	b.env = append(b.env, "HUTCHMQ_ALARMS_DISK_FREE_LIMIT=1000000GiB")
	b.Restart()
	if !strings.Contains(b.Log(), "alarm set") {
		t.Error("the log says nothing of an alarm")
	}
	program(t, b, nil, pythonWith(t, "pika"), "pika/alarm/blocked.py")

	if ch, err = reach(b.URL()); err != nil {
		t.Fatal(err)
	}
	blocked := ch.conn.NotifyBlocked(make(chan amqp.Blocking, 1))
	closed := ch.conn.NotifyClose(make(chan *amqp.Error, 1))
	if err := ch.PublishWithContext(t.Context(), "", "letters", false, false, amqp.Publishing{}); err != nil {
		t.Fatal(err)
	}
	select {
	case how := <-blocked:
		if !how.Active || how.Reason != "low on disk" {
			t.Errorf("%+v", how)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("not blocked")
	}
	b.Stop() // although nobody listens to the client
	if err := <-closed; err == nil || err.Code != 320 {
		t.Errorf("closed with %v", err)
	}
	b.env = slices.Delete(b.env, len(b.env)-1, len(b.env))
	b.Restart()
	if ch, err = reach(b.URL()); err != nil {
		t.Fatal(err)
	}
	if q, err := ch.QueueDeclarePassive("letters", true, false, false, false, nil); err != nil || q.Messages != 0 {
		t.Errorf("%+v, %v; want what was published before the alarm, less what was consumed", q, err)
	}
	b.Stop()
}
