package integration

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// office is a broker, and whoever administers it over HTTP.
type office struct {
	*Broker
	t          *testing.T
	management string
}

func openOffice(t *testing.T, settings ...string) *office {
	t.Helper()
	management := freeAddr(t)
	b := Start(t, hutchmq, append(settings, "--management="+management)...)
	return &office{b, t, management}
}

// does sends a request, and wants an answer of this status.
func (o *office) does(method, path, body string, status int) {
	o.t.Helper()
	r, err := http.NewRequest(method, "http://"+o.management+"/api/"+path, strings.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	r.SetBasicAuth("guest", "guest")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, _ := io.ReadAll(answer.Body); answer.StatusCode != status {
		o.t.Fatalf("%s %s %s: %d %s, want %d", method, path, body, answer.StatusCode, text, status)
	}
}

// lives checks what holds, kills the broker, and checks again.
func (o *office) lives(check func()) {
	o.t.Helper()
	check()
	o.Kill()
	o.Restart()
	check()
}

// enter opens a channel for guest into a vhost.
func (o *office) enter(vhost string) (channel, error) {
	return reach("amqp://guest:guest@" + o.Addr + "/" + url.PathEscape(vhost))
}

func (o *office) mustEnter(vhost string) channel {
	o.t.Helper()
	ch, err := o.enter(vhost)
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { ch.conn.Close() })
	return ch
}

// refused wants err to be what the broker says.
func (o *office) refused(err error, code int, reason string) {
	o.t.Helper()
	e, ok := errors.AsType[*amqp.Error](err)
	if !ok || e.Code != code || e.Reason != reason {
		o.t.Errorf("got  %v\nwant %d %s", err, code, reason)
	}
}

// closing is how a channel ends.
func (o *office) closing(ch channel) error {
	o.t.Helper()
	select {
	case e := <-ch.NotifyClose(make(chan *amqp.Error, 1)):
		return e
	case <-time.After(5 * time.Second):
		o.t.Fatal("the channel is still open")
		return nil
	}
}

func TestTopicPermission(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	o.does("PUT", "topic-permissions/%2F/guest", `{"exchange":"amq.topic","write":"^{username}\\.","read":"^guest\\.#$"}`, 201)
	o.lives(func() {
		ch := o.mustEnter("/")
		q, err := ch.QueueDeclare("", false, false, true, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := ch.QueueBind(q.Name, "guest.#", "amq.topic", false, nil); err != nil {
			t.Fatal(err)
		}
		if err := ch.Publish("amq.topic", "guest.news", true, false, amqp.Publishing{Body: []byte("mine")}); err != nil {
			t.Fatal(err)
		}
		if m, ok, err := ch.Get(q.Name, true); err != nil || !ok || string(m.Body) != "mine" {
			t.Errorf("got %v %q, %v", ok, m.Body, err)
		}
		o.refused(o.mustEnter("/").QueueBind(q.Name, "#", "amq.topic", false, nil), amqp.AccessRefused,
			"ACCESS_REFUSED - read access to topic '#' in exchange 'amq.topic' in vhost '/' refused for user 'guest'")
		if err := ch.Publish("amq.topic", "other.news", false, false, amqp.Publishing{}); err != nil {
			t.Fatal(err)
		}
		o.refused(o.closing(ch), amqp.AccessRefused,
			"ACCESS_REFUSED - write access to topic 'other.news' in exchange 'amq.topic' in vhost '/' refused for user 'guest'")
	})
	o.does("DELETE", "topic-permissions/%2F/guest", "", 204)
	o.lives(func() {
		ch := o.mustEnter("/")
		q, err := ch.QueueDeclare("", false, false, true, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := ch.QueueBind(q.Name, "#", "amq.topic", false, nil); err != nil {
			t.Error(err)
		}
	})
}

// TestConnectionLimits: one more than may be is told why, and one that leaves
// makes room, however it leaves.
func TestConnectionLimits(t *testing.T) {
	t.Parallel()
	o := openOffice(t, "HUTCHMQ_LIMITS_CONNECTIONS=3")
	for _, c := range []struct {
		what, limit, reason string
	}{
		{"vhost", "vhost-limits/%2F/max-connections",
			"NOT_ALLOWED - access to vhost '/' refused for user 'guest': connection limit (2) is reached"},
		{"user", "user-limits/guest/max-connections",
			"NOT_ALLOWED - connection refused for user 'guest': user connection limit (2) is reached"},
	} {
		o.does("PUT", c.limit, `{"value":2}`, 204)
		o.lives(func() {
			first, second := o.mustEnter("/"), o.mustEnter("/")
			_, err := o.enter("/")
			o.refused(err, amqp.NotAllowed, c.reason)
			first.conn.Close()
			o.mustEnter("/").conn.Close()
			second.conn.Close()
		})
		o.does("DELETE", c.limit, "", 204)
	}
	for range 3 {
		defer o.mustEnter("/").conn.Close()
	}
	_, err := o.enter("/")
	o.refused(err, amqp.NotAllowed, "NOT_ALLOWED - connection refused: node connection limit (3) is reached")
}

// TestConnectionsThatAreCut: a connection that goes without a word is not
// counted for longer than it lives.
func TestConnectionsThatAreCut(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	o.does("PUT", "user-limits/guest/max-connections", `{"value":1}`, 204)
	for i := range 50 {
		c := connect(t, o.Broker)
		c.send([]byte(protocolHeader), startOK(), tuneOK(128<<10, 0), open())
		if i%2 == 0 {
			time.Sleep(time.Millisecond)
		}
		c.Close()
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		ch, err := o.enter("/")
		if err == nil {
			ch.conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("nobody is connected: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func TestChannelLimit(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	o.does("PUT", "user-limits/guest/max-channels", `{"value":2}`, 204)
	o.lives(func() {
		one, two := o.mustEnter("/"), o.mustEnter("/")
		_, err := two.conn.Channel()
		o.refused(err, amqp.NotAllowed,
			"NOT_ALLOWED - number of channels opened for user 'guest' has reached the maximum allowed user limit of 2")
		if _, err := one.conn.Channel(); err != nil {
			t.Errorf("after the other connection was closed: %v", err)
		}
		one.conn.Close()
	})
}

func TestQueueLimits(t *testing.T) {
	t.Parallel()
	o := openOffice(t, "HUTCHMQ_LIMITS_QUEUES=4", "HUTCHMQ_LIMITS_EXCHANGES=1")
	o.does("PUT", "vhost-limits/%2F/max-queues", `{"value":2}`, 204)
	declare := func(name string) error {
		ch := o.mustEnter("/")
		defer ch.conn.Close()
		_, err := ch.QueueDeclare(name, true, false, false, false, nil)
		return err
	}
	o.lives(func() {
		for _, name := range []string{"a", "b", "a"} {
			if err := declare(name); err != nil {
				t.Error(err)
			}
		}
		o.refused(declare("c"), amqp.PreconditionFailed,
			"PRECONDITION_FAILED - cannot declare queue 'c': queue limit in vhost '/' (2) is reached")
	})
	o.does("DELETE", "vhost-limits/%2F/max-queues", "", 204)
	o.lives(func() {
		for _, name := range []string{"c", "d"} {
			if err := declare(name); err != nil {
				t.Error(err)
			}
		}
		o.refused(declare("e"), amqp.PreconditionFailed,
			"PRECONDITION_FAILED - cannot declare queue 'e': queue limit in cluster (4) is reached")
		if err := o.mustEnter("/").ExchangeDeclare("a", "direct", true, false, false, false, nil); err != nil {
			t.Error(err)
		}
		o.refused(o.mustEnter("/").ExchangeDeclare("b", "direct", true, false, false, false, nil), amqp.PreconditionFailed,
			"PRECONDITION_FAILED - cannot declare exchange 'b' in vhost '/': exchange limit of 1 is reached")
	})
}

func TestProtectedQueue(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	if _, err := o.mustEnter("/").QueueDeclare("q/1", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	o.does("POST", "queues/%2F/q%2F1/deletion/protection", "", 204)
	o.lives(func() {
		_, err := o.mustEnter("/").QueueDelete("q/1", false, false, false)
		o.refused(err, amqp.ResourceLocked, "RESOURCE_LOCKED - Cannot delete protected queue 'q/1' in vhost '/'.")
	})
	o.does("DELETE", "queues/%2F/q%2F1/deletion/protection", "", 204)
	if _, err := o.mustEnter("/").QueueDelete("q/1", false, false, false); err != nil {
		t.Error(err)
	}
}

// TestDefaultQueueType: a queue keeps the type it got by default when the
// default is another one.
func TestDefaultQueueType(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq, "HUTCHMQ_DEFAULT_QUEUE_TYPE=quorum")
	declare := func(b *Broker, kind string) error {
		ch, err := reach(b.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer ch.conn.Close()
		args := amqp.Table{}
		if kind != "" {
			args["x-queue-type"] = kind
		}
		_, err = ch.QueueDeclare("q", true, false, false, false, args)
		return err
	}
	if err := declare(b, ""); err != nil {
		t.Fatal(err)
	}
	b.env = nil
	b.Kill()
	b.Restart()
	for kind, want := range map[string]int{"": 0, "quorum": 0, "classic": amqp.PreconditionFailed} {
		if err := declare(b, kind); code(err) != want {
			t.Errorf("declared again as %q: %v", kind, err)
		}
	}
	if !strings.Contains(fmt.Sprint(declare(b, "classic")), "received 'classic' but current is 'quorum'") {
		t.Error("the reason is another one")
	}
}
