package vhost

import (
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// TestDefaultKind: the default is for what may be of any kind.
func TestDefaultKind(t *testing.T) {
	f := newFixture(t)
	f.SetDefaultKind("quorum")
	for _, c := range []struct {
		d    queue.Declaration
		want string
	}{
		{queue.Declaration{Name: "durable", Durable: true}, "quorum"},
		{queue.Declaration{Name: "named", Durable: true, Arguments: amqp.Table{queueType: "classic"}}, "classic"},
		{queue.Declaration{Name: "transient"}, "classic"},
		{queue.Declaration{Name: "exclusive", Durable: true, Exclusive: true}, "classic"},
		{queue.Declaration{Name: "auto", Durable: true, AutoDelete: true}, "classic"},
		{queue.Declaration{Durable: true}, "classic"},
	} {
		q, _, err := f.DeclareQueue(c.d, 1)
		f.must(err)
		if q.Kind != c.want {
			t.Errorf("%+v is a %s queue, want %s", c.d, q.Kind, c.want)
		}
	}
	f.SetDefaultKind("")
	q, _, err := f.DeclareQueue(queue.Declaration{Name: "later", Durable: true}, 1)
	f.must(err)
	if q.Kind != "classic" {
		t.Errorf("without a default a queue is %s", q.Kind)
	}
}

// TestDefaultKindEquivalence: naming no kind is naming the default, and the
// same declaration never becomes another one.
func TestDefaultKindEquivalence(t *testing.T) {
	f := newFixture(t)
	none, classic, quorum := amqp.Table(nil), amqp.Table{queueType: "classic"}, amqp.Table{queueType: "quorum"}
	in := "PRECONDITION_FAILED - inequivalent arg 'x-queue-type' for queue 'q' in vhost '/': "
	for _, c := range []struct {
		first        amqp.Table
		before       string // the default then
		second       amqp.Table
		after, wrong string
	}{
		{none, "quorum", none, "quorum", ""},
		{none, "quorum", none, "classic", ""},
		{none, "classic", none, "quorum", ""},
		{none, "quorum", quorum, "quorum", ""},
		{quorum, "quorum", none, "quorum", ""},
		{quorum, "classic", none, "quorum", ""},
		{classic, "classic", none, "classic", ""},
		{none, "quorum", classic, "quorum", "received 'classic' but current is 'quorum'"},
		{classic, "quorum", none, "quorum", "received 'quorum' but current is 'classic'"},
		{quorum, "classic", none, "classic", "received 'classic' but current is 'quorum'"},
		{classic, "", amqp.Table{queueType: int32(1)}, "", ""},
	} {
		f.SetDefaultKind(c.before)
		q, _, err := f.DeclareQueue(queue.Declaration{Name: "q", Durable: true, Arguments: c.first}, 0)
		f.must(err)
		f.SetDefaultKind(c.after)
		_, _, err = f.DeclareQueue(queue.Declaration{Name: "q", Durable: true, Arguments: c.second}, 0)
		if c.wrong == "" {
			f.must(err)
		} else {
			f.refused(err, in+c.wrong)
		}
		_, err = f.DeleteQueue(q, false, false)
		f.must(err)
	}
}
