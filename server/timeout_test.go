package server

import (
	"testing"
	"testing/synctest"

	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
)

// TestPolicyTimesDeliveriesOut: a policy that comes later counts for what is
// delivered already.
func TestPolicyTimesDeliveriesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &stage{t: t, peers: map[string]*peer{}, names: map[string]string{}}
		defer st.leave()
		st.expect(t, `1 C: queue.declare queue=q`, `1 S: queue.declare-ok queue=q message_count=0 consumer_count=0`)
		st.expect(t, `1 C: basic.consume queue=q consumer_tag=c`, `1 S: basic.consume-ok consumer_tag=c`)
		st.expect(t, `1 C: basic.publish routing_key=q | "x"`, `1 S: basic.deliver consumer_tag=c delivery_tag=1 routing_key=q | "x"`)
		st.expect(t, `wait 1m`)
		_, err := st.n.b.PutPolicy(policy.User, &definitions.Policy{
			Vhost: "/", Name: "p", Pattern: "^q$", ApplyTo: "queues", Definition: map[string]any{"consumer-timeout": 2000},
		})
		if err != nil {
			t.Fatal(err)
		}
		st.expect(t, `wait 10s`, `1 S: basic.cancel consumer_tag=c no_wait`)
		if n := st.n.b.DeliveryTimeouts(); n != 1 {
			t.Errorf("%d deliveries timed out", n)
		}
	})
}
