package integration

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestDeleteUnderLoad: a vhost and a user are deleted while clients publish and
// consume there. The clients are told why, and nothing is left but the names
// that come again, empty.
func TestDeleteUnderLoad(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	for round := range 3 {
		o.does("PUT", "vhosts/shop", "", 201)
		o.does("PUT", "users/bob", `{"tags":"","password":"x"}`, 201)
		o.does("PUT", "permissions/shop/bob", `{"configure":".*","write":".*","read":".*"}`, 201)
		o.does("PUT", "permissions/%2F/bob", `{"configure":".*","write":".*","read":".*"}`, 201)
		inShop, ofBob := o.busy("guest:guest", "shop"), o.busy("bob:x", "%2F")
		time.Sleep(200 * time.Millisecond)
		o.does("DELETE", "vhosts/shop", "", 204)
		o.does("DELETE", "users/bob", "", 204)
		if e := <-inShop; !ended(e, "CONNECTION_FORCED - vhost 'shop' is deleted") {
			t.Errorf("round %d: in the vhost: %v", round, e)
		}
		if e := <-ofBob; !ended(e, "CONNECTION_FORCED - user 'bob' was deleted") {
			t.Errorf("round %d: of the user: %v", round, e)
		}
		o.does("GET", "vhosts/shop", "", 404)
	}
	o.does("PUT", "vhosts/shop", "", 201)
	ch := o.mustEnter("shop")
	if q, err := ch.QueueDeclare("busy", true, false, false, false, nil); err != nil || q.Messages != 0 {
		t.Errorf("the queue comes back with %d messages, %v", q.Messages, err)
	}
	o.Stop()
}

// ended reports whether the broker closed the connection for reason. A publisher
// of this client that writes on, after the client has answered the close and
// before it has told anybody, finds the socket closed, and tells of that.
func ended(e *amqp.Error, reason string) bool {
	if e.Code == amqp.FrameError {
		return strings.Contains(e.Reason, "reset by peer") || strings.Contains(e.Reason, "broken pipe")
	}
	return e.Code == amqp.ConnectionForced && e.Reason == reason
}

// busy publishes to a durable queue of a vhost and consumes from it until the
// broker closes the connection, and tells why it did.
func (o *office) busy(user, vhost string) <-chan *amqp.Error {
	o.t.Helper()
	conn, err := amqp.Dial(fmt.Sprintf("amqp://%s@%s/%s", user, o.Addr, vhost))
	if err != nil {
		o.t.Fatal(err)
	}
	closed, why := conn.NotifyClose(make(chan *amqp.Error, 1)), make(chan *amqp.Error, 1)
	var work sync.WaitGroup
	for range 2 {
		ch, err := conn.Channel()
		if err == nil {
			_, err = ch.QueueDeclare("busy", true, false, false, false, nil)
		}
		if err != nil {
			o.t.Fatal(err)
		}
		deliveries, err := ch.Consume("busy", "", false, false, false, false, nil)
		if err != nil {
			o.t.Fatal(err)
		}
		work.Go(func() {
			for d := range deliveries {
				d.Ack(false)
			}
		})
		work.Go(func() {
			for ch.PublishWithContext(o.t.Context(), "", "busy", false, false, amqp.Publishing{DeliveryMode: 2, Body: []byte("x")}) == nil {
			}
		})
	}
	go func() {
		e := <-closed
		work.Wait()
		why <- e
	}()
	return why
}
