package mgmt_test

import (
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
)

// restful is a kind of queue that can be paused.
type restful struct{ queue.Type }

func (restful) Name() string { return "restful" }

func (k restful) Open(d queue.Declaration, h queue.Host) (queue.Queue, error) {
	q, err := k.Type.Open(d, h)
	return pausable{q}, err
}

type pausable struct{ queue.Queue }

func (pausable) Pause(bool) {}

// restless is a kind of queue that cannot.
type restless struct{ queue.Type }

func (restless) Name() string { return "restless" }

func (k restless) Open(d queue.Declaration, h queue.Host) (queue.Queue, error) {
	q, err := k.Type.Open(d, h)
	return struct{ queue.Queue }{q}, err
}

func (n node) must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// declare declares a durable queue in the default vhost.
func (n node) declare(t *testing.T, name, kind string) {
	t.Helper()
	v, err := n.broker.Vhost("/")
	n.must(t, err)
	_, _, err = v.DeclareQueue(queue.Declaration{
		Name: name, Durable: true, Arguments: amqp.Table{"x-queue-type": kind},
	}, 0)
	n.must(t, err)
}

func (n node) queue(t *testing.T, name string) *broker.Queue {
	t.Helper()
	v, err := n.broker.Vhost("/")
	n.must(t, err)
	q, err := v.Queue(name, 0)
	n.must(t, err)
	return q
}

// TestPause: whoever may make policies may pause a queue of a kind that can.
func TestPause(t *testing.T) {
	n := newNode(t)
	n.declare(t, "q", "restful")
	n.declare(t, "p", "restless")
	n.must(t, n.broker.PutUser("maker", "m", "policymaker"))
	n.play(t, []change{
		{"PUT", "/queues/%2F/q/pause", "reader:r", "", 401, notManager},
		{"PUT", "/queues/%2F/q/pause", "maker:m", "", 401, notHisVhost},
		{"PUT", "/queues/%2F/none/pause", "", "", 404, notFound},
		{"PUT", "/queues/none/q/pause", "", "", 404, notFound},
		{"PUT", "/queues/%2F/q/pause", "", "", 204, ""},
		{"PUT", "/queues/%2F/p/pause", "", "", 501,
			`{"error":"not_implemented","reason":"queue 'p' in vhost '/': queues of this type cannot be paused"}`},
	})
	if w := n.ask("GET", "/api/queues/%2F/q", "guest:guest"); !strings.Contains(w.Body.String(), `"state":"paused"`) {
		t.Errorf("shown as %s", w.Body)
	}
	if !n.queue(t, "q").Marks().Paused || n.queue(t, "p").Marks().Paused {
		t.Error("the marks do not say what is paused")
	}
	n.play(t, []change{{"PUT", "/queues/%2F/q/resume", "", "", 204, ""}})
	if n.queue(t, "q").Marks().Paused {
		t.Error("still paused")
	}
}
