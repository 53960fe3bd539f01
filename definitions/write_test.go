package definitions

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestWrittenIsRead: any topology that is written as people do is read as the
// same.
func TestWrittenIsRead(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 200 {
		d := someDefinitions(rng)
		text, err := d.YAML()
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		back, err := Read("f.yaml", text, Source{})
		if err != nil {
			t.Fatalf("seed %d: %v in\n%s", seed, err, text)
		}
		random := func(p Problem) bool { return p.Doubt && strings.Contains(p.Text, "matches none of the") } // as random policies do
		if ps := slices.DeleteFunc(Check([]*Document{back}), random); len(ps) > 0 {
			t.Fatalf("seed %d: %v in\n%s", seed, ps, text)
		}
		for _, r := range d.Records() {
			if !contains(back.Records(), r) {
				t.Fatalf("seed %d: %s %+v is not in\n%s", seed, Title(r), r, text)
			}
		}
		if len(back.Records()) != len(d.Records()) {
			t.Fatalf("seed %d: %d records of %d in\n%s", seed, len(back.Records()), len(d.Records()), text)
		}
		if strings.Contains(string(text), "plaintext") {
			t.Fatalf("seed %d: a password in\n%s", seed, text)
		}
	}
}

func contains(list []Record, r Record) bool {
	for _, x := range list {
		if string(Key(x)) == string(Key(r)) {
			return reflect.DeepEqual(x, r) || sameJSON(x, r)
		}
	}
	return false
}

// hardNames are those that YAML or the variables could take for something else.
var hardNames = []string{
	"orders", "yes", "null", "~", "5", "0x10", "2024-01-01", "a: b", "- a", "${HOME}", "$$", "^a\\.$", "Größe", "a\nb", "*", "&x",
	"!t", "x-y", "<<", "'", "\"", "#", " lead", "trail ", "%", "@", "a,b", "[", "{}", "true", "1e3", "version", "\t", "1_000",
}

// someDefinitions are definitions as an export holds them.
func someDefinitions(rng *rand.Rand) *Definitions {
	name := func() string { return hardNames[rng.IntN(len(hardNames))] }
	args := func() Object {
		o := Object{}
		for range rng.IntN(3) {
			o[name()] = []any{int64(rng.IntN(9)), name(), true, 0.5, []any{name()}, map[string]any{name(): nil}}[rng.IntN(6)]
		}
		return o
	}
	d := &Definitions{Owner: name()}
	for i, n := range []string{name(), "second"} {
		d.Vhosts = append(d.Vhosts, Vhost{Name: n, Limits: Object{}, Metadata: Metadata{Description: name(), Tags: Tags{name()}}})
		d.Users = append(d.Users, User{Name: fmt.Sprint(n, i), Tags: Tags{name()}, PasswordHash: "kI3G", HashingAlgorithm: "rabbit_password_hashing_sha512", Limits: Object{"max-channels": int64(3)}})
		d.Permissions = append(d.Permissions, Permission{User: fmt.Sprint(n, i), Vhost: n, Configure: name(), Write: "", Read: ".*"})
		d.TopicPermissions = append(d.TopicPermissions, TopicPermission{User: fmt.Sprint(n, i), Vhost: n, Exchange: "x", Write: name()})
		d.Policies = append(d.Policies, Policy{Vhost: n, Name: name(), Pattern: name(), ApplyTo: "queues", Priority: -2, Definition: Object{"message-ttl": int64(61_000), "overflow": "drop-head"}})
		d.Parameters = append(d.Parameters, Parameter{Vhost: n, Component: "shovel", Name: name(), Value: []byte(`{"a":[1,"${B}",2.5]}`)})
		x := Exchange{Vhost: n, Name: "x" + name(), Type: "topic", Durable: true, Internal: i == 0, Arguments: args()}
		d.Exchanges = append(d.Exchanges, x)
		q := Queue{Vhost: n, Name: "q" + name(), Type: "quorum", Durable: true, AutoDelete: i == 1, Arguments: args()}
		q.Arguments["x-message-ttl"], q.Arguments["x-max-length-bytes"] = int64(rng.IntN(1<<20)), int64(rng.IntN(9)<<20)
		d.Queues = append(d.Queues, q)
		for range rng.IntN(3) {
			d.Bindings = append(d.Bindings, Binding{Vhost: n, Source: x.Name, Destination: q.Name, DestinationType: "queue", RoutingKey: fmt.Sprint(name(), len(d.Bindings)), Arguments: args()})
		}
		d.Bindings = append(d.Bindings, Binding{Vhost: n, Source: "amq.topic", Destination: "amq.fanout", DestinationType: "exchange", Arguments: Object{}})
	}
	return d
}
