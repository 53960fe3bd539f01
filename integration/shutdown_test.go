package integration

import (
	"encoding/binary"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestStopWhilePublishing: SIGTERM in the middle of publishing loses nothing
// that was confirmed, tells every client, and ends with exit code 0.
func TestStopWhilePublishing(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	publisher, idle := dial(t, b), dial(t, b)
	declareDurable(t, publisher, "q")
	told := []chan *amqp.Error{
		publisher.NotifyClose(make(chan *amqp.Error, 1)), idle.NotifyClose(make(chan *amqp.Error, 1)),
	}
	confirmed := make(chan int)
	go func() { confirmed <- publishUntilClosed(publisher) }()
	time.Sleep(500 * time.Millisecond)
	b.Stop() // wants exit code 0
	n := <-confirmed
	for i, c := range told {
		if e := <-c; e == nil || e.Code != amqp.ConnectionForced {
			t.Errorf("client %d was told %v", i, e)
		}
	}
	if n == 0 {
		t.Fatal("nothing was confirmed")
	}
	b.Restart()
	ch := dial(t, b)
	q, err := ch.QueueDeclarePassive("q", true, false, false, false, nil)
	if err != nil || q.Messages < n {
		t.Errorf("%d messages of %d that were confirmed, %v", q.Messages, n, err)
	}
	t.Logf("%d confirmed, %d stored", n, q.Messages)
	drainInOrder(t, ch, "q", q.Messages)
}

// publishUntilClosed counts the messages confirmed until the channel closes:
// all up to that one.
func publishUntilClosed(ch *amqp.Channel) (confirmed int) {
	if ch.Confirm(false) != nil {
		return 0
	}
	body := make([]byte, 1000)
	var open []*amqp.DeferredConfirmation
	for i := 0; ; i++ {
		binary.BigEndian.PutUint32(body, uint32(i))
		c, err := ch.PublishWithDeferredConfirm("", "q", false, false, amqp.Publishing{
			DeliveryMode: amqp.Persistent, Body: body,
		})
		if err != nil {
			break
		}
		open = append(open, c)
	}
	for confirmed < len(open) && open[confirmed].Wait() {
		confirmed++
	}
	return confirmed
}
