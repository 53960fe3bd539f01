package definitions_test

import (
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
)

// TestArgumentsOfQueues: files know the arguments that queues know, and for
// which kinds; and policies the same keys.
func TestArgumentsOfQueues(t *testing.T) {
	known := map[string]string{"x-queue-type": "cqs"}
	for _, a := range definitions.ArgumentTable() {
		known[a.Key] = a.Kinds
		if _, err := policy.NewSet(true).With(policy.Policy{Name: "p", Pattern: ".*", ApplyTo: "all", Definition: amqp.Table{a.PolicyKey: a.Sample}}); (err == nil) != (a.PolicyKey != "") {
			t.Errorf("policy key %q of %s with %v: %v", a.PolicyKey, a.Key, a.Sample, err)
		}
	}
	for _, a := range queue.Args {
		kinds := ""
		for letter, kind := range map[string]queue.Kinds{"c": queue.Classic, "q": queue.Quorum, "s": queue.Stream} {
			if a.Kinds&kind != 0 {
				kinds += letter
			}
		}
		if !sameLetters(known[a.Key], kinds) {
			t.Errorf("%s is for %q, and for queues %q", a.Key, known[a.Key], kinds)
		}
		delete(known, a.Key)
	}
	if len(known) > 0 {
		t.Errorf("no queue knows %v", known)
	}
}

func sameLetters(a, b string) bool {
	var x, y [256]bool
	for i := range len(a) {
		x[a[i]] = true
	}
	for i := range len(b) {
		y[b[i]] = true
	}
	return x == y
}

// TestOtherPolicyKeys: the keys that no queue has are known to policies.
func TestOtherPolicyKeys(t *testing.T) {
	for key, sample := range definitions.OtherPolicyKeys() {
		if _, err := policy.NewSet(true).With(policy.Policy{Name: "p", Pattern: ".*", ApplyTo: "all", Definition: amqp.Table{key: sample}}); err != nil {
			t.Errorf("%s with %v: %v", key, sample, err)
		}
	}
}
