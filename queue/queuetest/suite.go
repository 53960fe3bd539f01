// Package queuetest is the contract of queue as tests: one suite for every
// kind of queue, and the consumers, confirmers and hosts that other tests
// need. It knows nothing of how a queue keeps its messages.
package queuetest

import (
	"testing"
	"testing/synctest"

	"github.com/hutchmq/hutchmq/queue"
)

// Kind is a kind of queue to test.
type Kind struct {
	// New makes the type on an empty store. It is called inside a synctest
	// bubble, and what it starts ends with the test.
	New func(t testing.TB) queue.Type
	// Durable tells that the kind only knows durable queues and persistent
	// messages, as quorum does: without auto-delete and priorities.
	Durable bool
}

// Contract tests k, with messages of both delivery modes. Time is fake.
func Contract(t *testing.T, k Kind) {
	for _, mode := range []struct {
		name       string
		persistent bool
	}{{"transient", false}, {"persistent", true}} {
		t.Run(mode.name, func(t *testing.T) {
			for _, c := range cases {
				if c.classic && k.Durable {
					continue
				}
				t.Run(c.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						c.run(&fixture{T: t, kind: k, persistent: mode.persistent})
					})
				})
			}
		})
	}
}

// cases is the contract, clause by clause. Those for classic queues need what
// durable kinds refuse.
var cases = []struct {
	name    string
	classic bool
	run     func(f *fixture)
}{
	{"order", false, order},
	{"counts", false, counts},
	{"receipts", false, receipts},
	{"get", false, get},
	{"requeue one", false, requeueOne},
	{"requeue many", false, requeueMany},
	{"requeue between consumers", false, requeueBetween},
	{"requeue below a backlog", false, requeueBelow},
	{"requeue all of a backlog", false, requeueAll},
	{"fair turns", false, fairTurns},
	{"fair turns with prefetch", false, fairPrefetch},
	{"consumer priority", false, consumerPriority},
	{"exclusive consumer", false, exclusiveConsumer},
	{"single active consumer", false, singleActive},
	{"cancel", false, cancel},
	{"credit", false, credit},
	{"purge", false, purge},
	{"purge a backlog", false, purgeBacklog},
	{"purge keeps what is unacked", false, purgeUnacked},
	{"close for good", false, closeForGood},
	{"close until the next start", false, closeUntilStart},
	{"auto-delete", true, autoDelete},
	{"expires", false, expires},
	{"expires renewed", false, expiresRenewed},
	{"queue TTL", false, queueTTL},
	{"message TTL", false, messageTTL},
	{"TTL 0", false, ttlZero},
	{"TTL of a backlog", false, ttlBacklog},
	{"TTL and requeue", false, ttlRequeue},
	{"TTL behind what stays", false, ttlInPlace},
	{"TTL at random", false, ttlAtRandom},
	{"TTL of what is out", false, ttlUnacked},
	{"drop-head", false, dropHead},
	{"drop-head by bytes", false, dropHeadBytes},
	{"drop-head of a backlog", false, dropHeadBacklog},
	{"reject-publish", false, rejectPublish},
	{"reject-publish with a consumer", false, rejectWithConsumer},
	{"reject-publish-dlx", false, rejectPublishDLX},
	{"priorities", true, priorities},
	{"priorities of a backlog", true, prioritiesBacklog},
	{"drop-head by priority", true, dropHeadPriority},
	{"dead letters", false, deadLetters},
	{"delivery limit", false, deliveryLimit},
	{"return", false, returned},
	{"retries", false, retries},
	{"retries of what was returned", false, retriesReturned},
	{"retries and bounds", false, retriesBounded},
	{"retries: policy", false, retriesPolicy},
	{"retries of a backlog", false, retriesBacklog},
	{"dead letters of a queue that goes", false, perish},
	{"dead letters of a queue that expires", false, perishExpired},
	{"dead letters of a queue that just goes", false, perishNowhere},
	{"policy: bounds", false, policyBounds},
	{"policy: bounds of a backlog", false, policyBacklog},
	{"policy: TTL", false, policyTTL},
	{"policy: expires", false, policyExpires},
	{"policy: dead letters", false, policyDeadLetters},
	{"policy: delivery limit", false, policyDeliveryLimit},
	{"amend", false, amend},
	{"pause", false, pause},
	{"pause with a backlog", false, pauseBacklog},
	{"browse", false, browse},
	{"browse: details", false, browseDetails},
	{"browse: priorities", true, browsePriorities},
	{"pick", false, pick},
	{"pick all", false, pickAll},
	{"pick and purge", false, pickAndPurge},
	{"pick and expiry", false, pickExpired},
}
