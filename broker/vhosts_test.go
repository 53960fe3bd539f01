package broker

import (
	"errors"
	"reflect"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/queue"
)

// TestPutVhost: what is said of a vhost stays, and is replaced as a whole.
func TestPutVhost(t *testing.T) {
	f := newFixture(t)
	m := definitions.Metadata{Description: "orders", Tags: definitions.Tags{"a", "b"}, DefaultQueueType: "quorum"}
	f.must(f.PutVhost("shop", m))
	f.must(f.SetVhostLimit("shop", MaxQueues, 5))
	f.must(f.CreateVhost("shop"))
	for range 2 {
		if got, err := f.VhostMetadata("shop"); err != nil || !reflect.DeepEqual(got, m) || f.VhostLimits("shop")[MaxQueues] != 5 {
			t.Errorf("got %+v, %v, limits %v", got, err, f.VhostLimits("shop"))
		}
		f.restart()
	}
	f.must(f.PutVhost("shop", definitions.Metadata{Description: "other"}))
	got, err := f.VhostMetadata("shop")
	if err != nil || got.Description != "other" || got.DefaultQueueType != "" || len(got.Tags) != 0 {
		t.Errorf("replaced by %+v, %v", got, err)
	}
	if err := f.PutVhost("more", definitions.Metadata{DefaultQueueType: "odd"}); err == nil || len(f.Vhosts()) != 2 {
		t.Errorf("an unknown queue type: %v, vhosts %v", err, f.Vhosts())
	}
	if _, err := f.VhostMetadata("none"); !amqp.NoVhost.Is(err) {
		t.Errorf("metadata of an unknown vhost: %v", err)
	}
}

func TestProtectVhost(t *testing.T) {
	f := newFixture(t)
	f.must(f.CreateVhost("shop"))
	f.must(f.ProtectVhost("shop", true))
	for range 2 {
		var protected ProtectedError
		err := f.DeleteVhost("shop")
		if !errors.As(err, &protected) || err.Error() != "Refusing to delete virtual host 'shop' because it is protected from deletion" {
			t.Errorf("delete: %v", err)
		}
		f.restart()
	}
	if _, err := f.Vhost("shop"); err != nil {
		t.Fatal(err)
	}
	f.must(f.ProtectVhost("shop", false))
	f.must(f.DeleteVhost("shop"))
	if err := f.ProtectVhost("shop", true); !amqp.NoVhost.Is(err) {
		t.Errorf("protect what is gone: %v", err)
	}
}

// TestDefaultKindStays: a queue stays what it is when the default changes, and
// the vhost's default goes before the node's.
func TestDefaultKindStays(t *testing.T) {
	f := newFixture(t)
	kinds := func(step string, want ...string) {
		t.Helper()
		s := f.session("guest", "/")
		for _, name := range []string{"a", "b", "c"}[:len(want)] {
			q, err := s.DeclareQueue(queue.Declaration{Name: name, Durable: true})
			f.must(err)
			if k := want[0]; q.Kind != k || q.Arguments["x-queue-type"] != nil {
				t.Errorf("%s: %s is a %s queue with %v, want %s", step, name, q.Kind, q.Arguments, k)
			}
			want = want[1:]
		}
	}
	kinds("no default", "classic")
	f.defaultKind = "quorum"
	f.restart()
	kinds("the node's default", "classic", "quorum")
	f.must(f.PutVhost("/", definitions.Metadata{DefaultQueueType: "classic"}))
	kinds("the vhost's default", "classic", "quorum", "classic")
	f.defaultKind = ""
	f.restart()
	kinds("restarted", "classic", "quorum", "classic")
}

// TestMarksStay: a queue that was protected or paused still is.
func TestMarksStay(t *testing.T) {
	f := newFixture(t)
	_, err := f.session("guest", "/").DeclareQueue(queue.Declaration{Name: "q", Durable: true})
	f.must(err)
	f.must(f.ProtectQueue("/", "q", true))
	for range 2 {
		_, err := f.session("guest", "/").DeleteQueue("q", false, false)
		f.refused(err, "RESOURCE_LOCKED - Cannot delete protected queue 'q' in vhost '/'.")
		f.restart()
	}
	f.must(f.ProtectQueue("/", "q", false))
	f.restart()
	_, err = f.session("guest", "/").DeleteQueue("q", false, false)
	f.must(err)
	s := f.session("guest", "/")
	for _, kind := range []string{"classic", "quorum"} {
		_, err = s.DeclareQueue(queue.Declaration{Name: kind, Durable: true, Arguments: amqp.Table{"x-queue-type": kind}})
		f.must(err)
		f.publish(s, kind, "kept", true)
		f.must(f.PauseQueue("/", kind, true))
	}
	for _, paused := range []bool{true, true, false, false} {
		for _, kind := range []string{"classic", "quorum"} {
			f.must(f.PauseQueue("/", kind, paused))
			if _, _, _, ok, err := f.session("guest", "/").Get(kind, false); ok == paused || err != nil {
				t.Errorf("paused %v: got %v, %v from a %s queue", paused, ok, err, kind)
			}
		}
		f.restart()
	}
	for _, c := range []struct{ vhost, name string }{{"none", "q"}, {"/", "q"}} {
		if f.ProtectQueue(c.vhost, c.name, true) == nil || f.PauseQueue(c.vhost, c.name, true) == nil {
			t.Errorf("%+v is not there, and was marked", c)
		}
	}
}
