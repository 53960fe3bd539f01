package mgmt_test

import (
	"math"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

func TestQueue(t *testing.T) {
	n := newShop(t)
	v, err := n.broker.Vhost("a/b")
	if err != nil {
		t.Fatal(err)
	}
	args := amqp.Table{"x-max-length": int32(9), "x-nan": math.NaN()}
	if _, _, err := v.DeclareQueue(queue.Declaration{Name: "q/1", Durable: true, Arguments: args}, 0); err != nil {
		t.Fatal(err)
	}
	const path = "/api/queues/a%2Fb/q%2F1"
	const properties = `{"name":"q/1","vhost":"a/b","type":"classic","durable":true,"auto_delete":false,"exclusive":false,` +
		`"internal":false,"internal_owner":false,"arguments":{"x-max-length":9,"x-nan":null},"node":"rabbit@here","state":"running","protected_from_deletion":false,`
	const counts = `"messages":0,"messages_ready":0,"messages_unacknowledged":0}`
	for _, step := range []struct{ method, path, body, want string }{
		{"", "", "", `"policy":null,"operator_policy":null,"effective_policy_definition":{},"effective_policy_sources":{},`},
		{
			"PUT", "/api/policies/a%2Fb/p", `{"pattern": "q", "definition": {"max-length": 5}}`,
			`"policy":"p","operator_policy":null,"effective_policy_definition":{"max-length":5},"effective_policy_sources":{"max-length":{"component":"policy","name":"p"}},`,
		},
		{
			"PUT", "/api/operator-policies/a%2Fb/o", `{"pattern": "q", "definition": {"max-length": 2}}`,
			`"policy":"p","operator_policy":"o","effective_policy_definition":{"max-length":2},"effective_policy_sources":{"max-length":{"component":"operator_policy","name":"o"}},`,
		},
		{
			"DELETE", "/api/policies/a%2Fb/p", "",
			`"policy":null,"operator_policy":"o","effective_policy_definition":{"max-length":2},"effective_policy_sources":{"max-length":{"component":"operator_policy","name":"o"}},`,
		},
	} {
		if step.method != "" {
			n.send(step.method, step.path, "guest:guest", step.body)
		}
		w := n.ask("GET", path+"?disable_stats=true&enable_queue_totals=true", "management:x")
		if want := properties + step.want + counts; w.Code != 200 || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%s %s:\n got %d %s\nwant %s", step.method, step.path, w.Code, w.Body, want)
		}
	}
	for path, status := range map[string]int{"/api/queues/a%2Fb/none": 404, "/api/queues/none/q": 404} {
		if w := n.ask("GET", path, "guest:guest"); w.Code != status {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := n.ask("GET", path, "outsider:x"); w.Code != 401 {
		t.Errorf("an outsider gets %d %s", w.Code, w.Body)
	}
}
