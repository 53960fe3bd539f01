package integration

import (
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestTenantQuota: a tenant that floods gets in what its vhost may take, and
// another tenant gets in all it has; the limit holds after a SIGKILL too.
func TestTenantQuota(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	for _, vhost := range []string{"flood", "calm"} {
		o.does("PUT", "vhosts/"+vhost, "", 201)
	}
	o.does("PUT", "vhost-limits/flood/max-publish-rate", `{"value":0}`, 400)
	o.does("PUT", "vhost-limits/flood/max-publish-rate", `{"value":500}`, 204)
	o.lives(func() {
		const lasts = 2 * time.Second
		flooded := make(chan int)
		flood, calm := o.queue("flood"), o.queue("calm")
		began := time.Now()
		go func() { flooded <- flood.publish(1<<30, began.Add(lasts)) }()
		calmed := calm.publish(2000, began.Add(30*time.Second))
		took := time.Since(began)
		n := <-flooded
		over := time.Since(began)
		in := flood.depth()
		if most := 500*over.Seconds() + 300; float64(in) > most || float64(in) < 500*lasts.Seconds()*0.6 {
			t.Errorf("%d of %d flooded messages came in, in %v", in, n, over)
		}
		if calmed != 2000 || calm.depth() != 2000 {
			t.Errorf("%d calm messages, %d of them in the queue after %v", calmed, calm.depth(), took)
		}
	})
}

// tenant is a channel with a queue of its own.
type tenant struct {
	channel
	o     *office
	vhost string
	name  string
}

func (o *office) queue(vhost string) tenant {
	o.t.Helper()
	ch, err := o.enter(vhost) // to be cut off: who floods has long to go until its connection.close is read
	if err != nil {
		o.t.Fatal(err)
	}
	q, err := ch.QueueDeclare("", false, false, false, false, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	return tenant{ch, o, vhost, q.Name}
}

// publish publishes up to n messages until a moment, and returns how many.
func (c tenant) publish(n int, until time.Time) int {
	body := []byte(strings.Repeat("x", 100))
	for i := range n {
		if time.Now().After(until) {
			return i
		}
		if err := c.Publish("", c.name, false, false, amqp.Publishing{Body: body}); err != nil {
			return i
		}
	}
	return n
}

// depth asks over a connection of its own, since that of the publisher waits.
func (c tenant) depth() int {
	c.o.t.Helper()
	ch := c.o.mustEnter(c.vhost)
	last := -1
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		q, err := ch.QueueDeclarePassive(c.name, false, false, false, false, nil)
		if err != nil {
			c.o.t.Fatal(err)
		}
		if q.Messages == last || c.vhost == "flood" {
			return q.Messages
		}
		last = q.Messages
	}
	return last
}
