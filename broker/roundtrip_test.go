package broker

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/definitions"
)

// someTopology is one that nobody chose, as an export has it.
func someTopology(rng *rand.Rand) *definitions.Definitions {
	pick := func(words ...string) string { return words[rng.IntN(len(words))] }
	d := &definitions.Definitions{}
	for i := range 1 + rng.IntN(2) {
		v := fmt.Sprintf("v%d %s", i, pick("", "é", "/", "$$", "${A}"))
		d.Vhosts = append(d.Vhosts, definitions.Vhost{Name: v, Limits: definitions.Object{"max-queues": int64(50)}, Metadata: definitions.Metadata{
			Description: pick("", "a: b", "#"), DefaultQueueType: pick("", "classic", "quorum"),
		}})
		d.Users = append(d.Users, definitions.User{Name: "u" + v, Tags: definitions.Tags{pick("management", "monitoring")}, HashingAlgorithm: "rabbit_password_hashing_sha256",
			PasswordHash: "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"})
		d.Permissions = append(d.Permissions, definitions.Permission{User: "u" + v, Vhost: v, Configure: pick("", `^a\.$`, ".*"), Write: ".*", Read: "$"})
		d.Policies = append(d.Policies, definitions.Policy{Vhost: v, Name: pick("p", "5"), Pattern: pick("^q", ".*$"), ApplyTo: pick("queues", "all"), Priority: rng.IntN(5),
			Definition: definitions.Object{"max-length": int64(rng.IntN(1e6)), "message-ttl": int64(rng.IntN(1e6) + 1)}})
		for j := range 1 + rng.IntN(5) {
			x, q := fmt.Sprintf("x%d%s", j, pick("", "é", ":")), fmt.Sprintf("q%d%s", j, pick("", " ", "#"))
			d.Exchanges = append(d.Exchanges, definitions.Exchange{Vhost: v, Name: x, Type: pick("direct", "fanout", "topic", "headers"), Durable: true, AutoDelete: rng.IntN(3) == 0, Internal: rng.IntN(3) == 0})
			d.Queues = append(d.Queues, definitions.Queue{Vhost: v, Name: q, Durable: true, Type: pick("", "classic", "quorum"), Arguments: []definitions.Object{
				{}, {"x-message-ttl": int64(60_000)}, {"x-max-length-bytes": int64(1 << 20), "x-overflow": "reject-publish"}, {"x-own": []any{int64(1), "a", 2.5, true, nil}},
				{"x-dead-letter-exchange": "amq.fanout", "x-dead-letter-routing-key": "$$"},
			}[rng.IntN(5)]})
			for k := range rng.IntN(3) {
				d.Bindings = append(d.Bindings, definitions.Binding{Vhost: v, Source: x, Destination: q, DestinationType: "queue", RoutingKey: fmt.Sprint(pick("", "a.#"), k), Arguments: definitions.Object{"x-match": "any", "n": int64(k)}})
			}
			d.Bindings = append(d.Bindings, definitions.Binding{Vhost: v, Source: "amq.topic", Destination: x, DestinationType: "exchange", RoutingKey: "b"})
		}
	}
	return d
}

// TestAnyTopologyComesBack: what a broker exports of any topology, in either
// dialect, another takes, exports the same, and finds nothing to do the next
// time.
func TestAnyTopologyComesBack(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 20 {
		f, g, h := newFixture(t), newFixture(t), newFixture(t)
		if err := f.Import(someTopology(rng)); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		text := f.export()
		g.importText(text)
		if got := g.export(); got != text {
			t.Fatalf("seed %d: exported\n%s\nimported\n%s", seed, text, got)
		}
		all, err := f.Export()
		f.must(err)
		yaml, err := all.YAML()
		f.must(err)
		for range 2 {
			d, err := definitions.Parse("all.yaml", yaml)
			if err != nil {
				t.Fatalf("seed %d: %v in\n%s", seed, err, yaml)
			}
			if n := deeds(f.planOf(d)); len(n) != 1 || n[Keep] == 0 {
				t.Fatalf("seed %d: of its own export it would do %v\n%s", seed, n, yaml)
			}
			if err := h.Import(d); err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
		}
		if n := deeds(h.planOf(all)); len(n) != 1 || n[Keep] == 0 {
			t.Fatalf("seed %d: of what came from YAML it would do %v\n%s", seed, n, yaml)
		}
	}
}
