package definitions

import "strings"

// argument is one row of the table of what a file calls the arguments of
// queues: message_ttl for x-message-ttl. The policy key is the argument without
// its x-.
type argument struct {
	key      string // x-message-ttl
	kinds    string // of queues that take it: the first letters of classic, quorum and stream
	declared bool   // no policy sets it
	shape    shape
}

// arguments are all that a queue takes but x-queue-type, which is the type.
var arguments = []argument{
	{"x-message-ttl", "cq", false, shape{form: durationForm, says: "How long a message may wait."}},
	{"x-expires", "cq", false, shape{form: durationForm, least: 1, says: "How long the queue stays when nobody uses it."}},
	{"x-dead-letter-exchange", "cq", false, shape{form: textForm, says: "Where messages go that expire, are rejected or are too many."}},
	{"x-dead-letter-routing-key", "cq", false, shape{form: textForm, says: "The routing key they go with, instead of their own."}},
	{"x-dead-letter-on-delete", "cq", false, shape{form: flagForm, says: "Whether messages that are in the queue when it goes do so, too."}},
	{"x-dead-letter-strategy", "q", false, shape{form: textForm, choices: []string{"at-most-once", "at-least-once"}, says: "Whether they may be lost on the way."}},
	{"x-max-length", "cqs", false, shape{form: numberForm, says: "How many messages may wait."}},
	{"x-max-length-bytes", "cqs", false, shape{form: sizeForm, says: "How large the bodies of all that wait may be."}},
	{"x-overflow", "cq", false, shape{form: textForm, choices: []string{"drop-head", "reject-publish", "reject-publish-dlx"}, says: "What happens when too many wait."}},
	{"x-max-priority", "c", true, shape{form: numberForm, most: 255, says: "The highest priority that counts."}},
	{"x-priority-min-share", "c", false, shape{form: numberForm, most: 50, says: "How many percent of the deliveries lower priorities get, all together, while they wait."}},
	{"x-single-active-consumer", "cq", true, shape{form: flagForm, says: "Whether one consumer gets all, until it goes."}},
	{"x-delivery-limit", "cq", false, shape{form: numberForm, least: -1, says: "How often a message is delivered again; -1 is no limit."}},
	{"x-message-deduplication", "cq", true, shape{form: flagForm, says: "Whether a message is not taken while another of its x-deduplication-header is there."}},
	{"x-consumer-timeout", "cq", false, shape{form: durationForm, says: "How long a delivery may stay unacknowledged."}},
	{"x-lease-timeout", "cq", false, shape{form: durationForm, says: "After how long a delivery that is not acknowledged goes back, and its channel goes on."}},
	{"x-message-groups", "cq", false, shape{form: anyForm, says: "Whether messages of one group go one after the other; or the header that has the group."}},
	{"x-group-max-in-flight", "cq", false, shape{form: numberForm, least: 1, most: 65535, says: "How many deliveries of one group there may be at a time."}},
	{"x-rate-limit", "cq", false, shape{form: textForm, says: "How much may be consumed: 100/1m; 60/1m, 90000/1m cost=tokens."}},
	{"x-rate-limit-key", "cq", false, shape{form: textForm, says: "The header for each of whose values the limit holds."}},
	{"x-rate-limit-cost", "cq", false, shape{form: textForm, says: "The header that says what a message costs."}},
	{"x-queue-mode", "c", false, shape{form: textForm, choices: []string{"default", "lazy"}, says: "Accepted, and without effect."}},
	{"x-queue-version", "c", false, shape{form: numberForm, least: 1, most: 2, says: "Accepted, and without effect."}},
	{"x-queue-leader-locator", "qs", false, shape{form: textForm, choices: []string{"client-local", "balanced"}, says: "Which node leads the queue at first."}},
	{"x-quorum-initial-group-size", "q", true, shape{form: numberForm, least: 1, says: "How many nodes hold the queue at first."}},
	{"x-max-in-memory-length", "q", false, shape{form: numberForm, says: "Accepted, and without effect."}},
	{"x-max-in-memory-bytes", "q", false, shape{form: sizeForm, says: "Accepted, and without effect."}},
	{"x-initial-cluster-size", "qs", false, shape{form: numberForm, says: "How many nodes hold the queue at first."}},
	{"x-consumer-disconnected-timeout", "q", false, shape{form: durationForm, says: "How long deliveries wait for a consumer that is cut off."}},
	{"x-delayed-retry-type", "cq", false, shape{form: textForm, choices: []string{"disabled", "all", "failed", "returned"}, says: "Which messages that come back wait before they are delivered again."}},
	{"x-delayed-retry-min", "cq", false, shape{form: durationForm, says: "How long they wait the first time."}},
	{"x-delayed-retry-max", "cq", false, shape{form: durationForm, says: "How long they wait at most."}},
	{"x-delayed-retry-backoff", "cq", false, shape{form: textForm, choices: []string{"linear", "exponential"}, says: "Whether each wait is longer by the first, or twice the one before."}},
	{"x-delayed-retry-jitter", "cq", false, shape{form: numberForm, most: 100, says: "By how many percent a wait is longer or shorter at random."}},
	{"x-max-age", "s", false, shape{form: textForm, says: "How long a stream keeps messages, as RabbitMQ writes it: 7D, 12h."}},
	{"x-stream-max-segment-size-bytes", "s", false, shape{form: sizeForm, says: "How large a file of a stream becomes."}},
	{"x-stream-filter-size-bytes", "s", false, shape{form: numberForm, least: 16, most: 255, says: "How large the filter of a chunk is, in bytes."}},
}

// name is what a file calls the argument.
func (a *argument) name() string {
	return strings.ReplaceAll(strings.TrimPrefix(a.key, "x-"), "-", "_")
}

// takes reports whether a queue of that type takes the argument. Types that are
// not known here take any.
func (a *argument) takes(queueType string) bool {
	switch queueType {
	case "classic", "quorum", "stream":
		return strings.Contains(a.kinds, queueType[:1])
	}
	return true
}

// otherPolicyKeys are those that no queue has as an argument.
var otherPolicyKeys = []key{
	{name: "alternate-exchange", shape: &shape{form: textForm, says: "Where an exchange sends what it cannot route."}},
	{name: "federation-upstream", shape: &shape{form: textForm, says: "The upstream of a federated exchange or queue."}},
	{name: "federation-upstream-set", shape: &shape{form: textForm, says: "A set of upstreams."}},
	{name: "federation-upstream-pattern", shape: &shape{form: textForm, says: "A pattern of upstreams."}},
	{name: "routing-key", shape: &shape{form: textForm, says: "Accepted, and without effect."}},
	{name: "shards-per-node", shape: &shape{form: numberForm, least: 1, says: "Accepted, and without effect."}},
	{name: "target-group-size", shape: &shape{form: numberForm, says: "How many nodes shall hold a queue."}},
}

// policyKeys are the keys of a policy's definition, as RabbitMQ writes them.
func policyKeys() []key {
	var keys []key
	for i := range arguments {
		if a := &arguments[i]; !a.declared {
			keys = append(keys, key{name: strings.TrimPrefix(a.key, "x-"), shape: &a.shape})
		}
	}
	return append(keys, otherPolicyKeys...)
}

// argumentKeys are the arguments as keys of a queue.
func argumentKeys() []key {
	keys := make([]key, len(arguments))
	for i := range arguments {
		keys[i] = key{name: arguments[i].name(), shape: &arguments[i].shape}
	}
	return keys
}
