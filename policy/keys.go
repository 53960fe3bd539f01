package policy

import (
	"math"
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// Exchange stands for all exchanges in a set of kinds, beside the kinds of
// queue.
const Exchange queue.Kinds = 1 << 7

const queues = queue.Classic | queue.Quorum | queue.Stream

// targets are the values of apply-to, by the kinds they mean.
var targets = map[string]queue.Kinds{
	"all": queues | Exchange, "exchanges": Exchange, "queues": queues,
	"classic_queues": queue.Classic, "quorum_queues": queue.Quorum, "streams": queue.Stream,
}

// KindOf is the kind of a queue whose type has this name. Policies say nothing
// of types they do not know.
func KindOf(typeName string) queue.Kinds {
	switch typeName {
	case "classic":
		return queue.Classic
	case "quorum":
		return queue.Quorum
	case "stream":
		return queue.Stream
	}
	return 0
}

// AlternateExchange is the key that exchanges follow.
const AlternateExchange = "alternate-exchange"

// key is what a policy may set.
type key struct {
	name     string
	kinds    queue.Kinds
	accepts  func(v any) bool
	operator bool       // an operator may set it, too
	arg      *queue.Arg // the row of a key that queues follow, else nil
}

// others are the keys that no queue has as an argument: those of exchanges, and
// those of features that are not here, which are accepted without effect.
var others = []key{
	{name: AlternateExchange, kinds: Exchange, accepts: text},
	{name: "federation-upstream", kinds: Exchange | queues, accepts: text},
	{name: "federation-upstream-set", kinds: Exchange | queues, accepts: text},
	{name: "federation-upstream-pattern", kinds: Exchange | queues, accepts: text},
	{name: "routing-key", kinds: Exchange, accepts: text},
	{name: "shards-per-node", kinds: Exchange, accepts: between(1, math.MaxInt64)},
	{name: "target-group-size", kinds: queue.Quorum, accepts: between(0, math.MaxInt64)},
}

// keys is every key a policy may set, by its name.
var keys = collect()

func collect() map[string]*key {
	all := map[string]*key{}
	for i := range others {
		all[others[i].name] = &others[i]
	}
	for i := range queue.Args {
		a := &queue.Args[i]
		if a.Policy != "" {
			all[a.Policy] = &key{
				name: a.Policy, kinds: a.Kinds, operator: a.Merge&queue.Operator != 0, arg: a,
				accepts: func(v any) bool { return a.Check(v) == "" },
			}
		}
	}
	return all
}

// nouns are what RabbitMQ calls the value of a key, where that is not the key.
var nouns = map[string]string{
	AlternateExchange:               "alternate exchange name",
	"dead-letter-exchange":          "dead letter exchange name",
	"message-ttl":                   "message TTL",
	"expires":                       "queue expiry",
	"max-length":                    "maximum length",
	"max-length-bytes":              "maximum length in bytes",
	"max-in-memory-length":          "maximum memory in bytes",
	"max-in-memory-bytes":           "maximum memory in bytes",
	"queue-mode":                    "queue-mode value",
	"overflow":                      "overflow value",
	"message-groups":                "message groups value",
	"rate-limit":                    "rate limit, such as 100/1m",
	"queue-leader-locator":          "queue leader locator value",
	"initial-cluster-size":          "cluster size",
	"stream-max-segment-size-bytes": "segment size",
	"stream-filter-size-bytes":      "filter size. Valid range is 16-255",
}

func (k *key) noun() string {
	if noun, ok := nouns[k.name]; ok {
		return noun
	}
	return strings.ReplaceAll(k.name, "-", " ")
}

func text(v any) bool {
	_, ok := v.(string)
	return ok
}

func between(min, max int64) func(any) bool {
	return func(v any) bool {
		n, ok := amqp.Int(v)
		return ok && n >= min && n <= max
	}
}
