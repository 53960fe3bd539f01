//go:build peers

package integration

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestRabbitExport: what RabbitMQ exports of a topology that nobody chose, this
// broker imports, and exports the same. RABBIT_EXPORT names a file for the
// export, as integration/testdata has one.
//
//	make peers-definitions
func TestRabbitExport(t *testing.T) {
	r := newRabbit(t)
	r.start()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r.populate(rand.New(rand.NewPCG(seed, 1)))
	file := filepath.Join(t.TempDir(), "export.json")
	r.control("export_definitions", file)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if to := os.Getenv("RABBIT_EXPORT"); to != "" {
		if err := os.WriteFile(to, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	importsAndExports(t, text)
}

// control runs rabbitmqctl.
func (r *rabbit) control(args ...string) {
	r.t.Helper()
	c := exec.Command(filepath.Join(filepath.Dir(r.server), "rabbitmqctl"), args...)
	c.Env = r.env
	if out, err := c.CombinedOutput(); err != nil {
		r.t.Fatalf("rabbitmqctl %v: %v\n%s", args, err, out)
	}
}

// populate makes something of everything.
func (r *rabbit) populate(rng *rand.Rand) {
	r.control("await_startup")
	for _, args := range [][]string{
		{"add_vhost", "shop", "--description", "the shop", "--tags", "eu,prod"},
		{"add_user", "anna", "päss wörd"}, {"add_user", "nobody", "x"}, {"clear_password", "nobody"},
		{"set_user_tags", "anna", "monitoring", "policymaker"},
		{"set_permissions", "-p", "shop", "anna", `^shop\.(?!x)`, ".*", ""},
		{"set_permissions", "-p", "shop", "guest", ".*", ".*", ".*"},
		{"set_topic_permissions", "-p", "shop", "anna", "amq.topic", "^{username}", ".*"},
		{"set_policy", "-p", "shop", "--priority", "3", "--apply-to", "queues", "cap", `^shop\.`, `{"max-length":1000,"message-ttl":60000}`},
		{"set_operator_policy", "-p", "shop", "roof", ".*", `{"expires":3600000}`},
		{"set_vhost_limits", "-p", "shop", `{"max-connections":100,"max-queues":-1}`},
		{"set_user_limits", "anna", `{"max-channels":20}`},
		{"set_global_parameter", "anything", `{"a":[1,2.5,"b",null,true]}`},
	} {
		r.control(args...)
	}
	for _, vhost := range []string{"/", "shop"} {
		r.declare(rng, vhost)
	}
}

// declare makes exchanges, queues and bindings, each with arguments or without.
// None is internal: RabbitMQ exports what binds those, and not them.
func (r *rabbit) declare(rng *rand.Rand, vhost string) {
	conn, err := amqp.DialConfig("amqp://"+r.addr, amqp.Config{Vhost: vhost, SASL: []amqp.Authentication{&amqp.PlainAuth{Username: "guest", Password: "guest"}}})
	must := func(err error) {
		r.t.Helper()
		if err != nil {
			r.t.Fatal(err)
		}
	}
	must(err)
	defer conn.Close()
	ch, err := conn.Channel()
	must(err)
	kinds := []string{"direct", "fanout", "topic", "headers"}
	arguments := []amqp.Table{
		nil, {"x-message-ttl": int32(rng.IntN(1e6))}, {"x-max-length": int64(rng.IntN(1e6)), "x-overflow": "reject-publish"},
		{"x-dead-letter-exchange": "amq.fanout", "x-dead-letter-routing-key": "k"}, {"x-queue-type": "quorum", "x-delivery-limit": int32(5)},
		{"x-max-priority": int16(9)}, {"x-own": amqp.Table{"deep": []any{int32(1), "a", true, 2.5}}}, {"x-single-active-consumer": true},
	}
	for i := range 12 {
		x, q := fmt.Sprintf("shop.x%d é", i), fmt.Sprintf("shop/q%d", i)
		alternate := amqp.Table{}
		if i > 0 {
			alternate["alternate-exchange"] = "shop.x0 é"
		}
		must(ch.ExchangeDeclare(x, kinds[rng.IntN(4)], true, rng.IntN(4) == 0, false, false, alternate))
		args := arguments[rng.IntN(len(arguments))]
		_, err := ch.QueueDeclare(q, true, args["x-queue-type"] == nil && rng.IntN(5) == 0, false, false, args)
		must(err)
		must(ch.QueueBind(q, fmt.Sprintf("a.%d.#", i), x, false, amqp.Table{"x-match": "any", "n": int32(i)}))
		must(ch.QueueBind(q, "", "amq.topic", false, nil))
		if i > 0 {
			must(ch.ExchangeBind(x, "*."+q, "amq.topic", false, nil))
		}
	}
}
