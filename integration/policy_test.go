package integration

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// policyTest is a broker whose policies change while a client works.
type policyTest struct {
	*testing.T
	*Broker
	api string
	ch  *amqp.Channel
}

func newPolicyTest(t *testing.T) *policyTest {
	t.Helper()
	addr := freeAddr(t)
	p := &policyTest{T: t, Broker: Start(t, hutchmq, "--management="+addr), api: "http://" + addr + "/api/"}
	p.connect()
	return p
}

func (p *policyTest) connect() {
	p.Helper()
	p.ch = dial(p.T, p.Broker)
	if err := p.ch.Confirm(false); err != nil {
		p.Fatal(err)
	}
}

// crash ends the broker as a power cut would, and starts it again.
func (p *policyTest) crash() {
	p.Helper()
	p.Kill()
	p.Restart()
	p.connect()
}

// ask sends a request to the API, and wants one status.
func (p *policyTest) ask(method, path, body string, status int) []byte {
	p.Helper()
	for deadline := time.Now().Add(startTimeout); ; {
		r, err := http.NewRequest(method, p.api+path, strings.NewReader(body))
		if err != nil {
			p.Fatal(err)
		}
		r.SetBasicAuth("guest", "guest")
		answer, err := http.DefaultClient.Do(r)
		if err != nil && time.Now().Before(deadline) {
			time.Sleep(20 * time.Millisecond) // the port opens a moment after that of AMQP
			continue
		}
		if err != nil {
			p.Fatal(err)
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		if answer.StatusCode != status {
			p.Fatalf("%s %s: %d %s, want %d", method, path, answer.StatusCode, text, status)
		}
		return text
	}
}

// put makes a policy for what is named exactly so.
func (p *policyTest) put(route, name, definition string) {
	p.Helper()
	p.ask("PUT", route+"/%2F/"+name, fmt.Sprintf(`{"pattern": "^%s$", "definition": %s}`, name, definition), http.StatusCreated)
}

func (p *policyTest) drop(route, name string) {
	p.Helper()
	p.ask("DELETE", route+"/%2F/"+name, "", http.StatusNoContent)
}

// effective checks what the API says that holds for a queue.
func (p *policyTest) effective(queue, want string) {
	p.Helper()
	var q struct {
		Policy     any            `json:"policy"`
		Operator   any            `json:"operator_policy"`
		Definition map[string]any `json:"effective_policy_definition"`
	}
	if err := json.Unmarshal(p.ask("GET", "queues/%2F/"+queue, "", http.StatusOK), &q); err != nil {
		p.Fatal(err)
	}
	if got := fmt.Sprint(q.Policy, " ", q.Operator, " ", q.Definition); got != want {
		p.Errorf("of %s holds %s, want %s", queue, got, want)
	}
}

func (p *policyTest) declare(queues ...string) {
	p.Helper()
	for _, name := range queues {
		if _, err := p.ch.QueueDeclare(name, true, false, false, false, nil); err != nil {
			p.Fatal(err)
		}
	}
}

// publish sends n messages, and waits until they are confirmed.
func (p *policyTest) publish(exchange, key string, n int) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), 30*time.Second)
	defer cancel()
	for range n {
		c, err := p.ch.PublishWithDeferredConfirm(exchange, key, false, false, amqp.Publishing{DeliveryMode: amqp.Persistent})
		if err != nil {
			p.Fatal(err)
		}
		if ok, err := c.WaitContext(ctx); !ok || err != nil {
			p.Fatalf("confirmed %v, %v", ok, err)
		}
	}
}

// holds wants n messages in a queue, soon.
func (p *policyTest) holds(queue string, n int) {
	p.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		q, err := p.ch.QueueDeclarePassive(queue, true, false, false, false, nil)
		if err != nil {
			p.Fatal(err)
		}
		if q.Messages == n {
			return
		}
		if time.Now().After(deadline) {
			p.Fatalf("%d messages in %s, want %d", q.Messages, queue, n)
		}
	}
}

// TestPolicyOfNewQueue: a policy, and an operator's cap on it, hold for what
// is declared after them, and for what is there after a crash.
func TestPolicyOfNewQueue(t *testing.T) {
	t.Parallel()
	p := newPolicyTest(t)
	p.put("policies", "work", `{"max-length": 5, "dead-letter-exchange": "", "dead-letter-routing-key": "dead"}`)
	p.put("operator-policies", "work", `{"max-length": 2}`)
	p.declare("work", "dead")
	p.publish("", "work", 3)
	for range 2 {
		p.effective("work", "work work map[dead-letter-exchange: dead-letter-routing-key:dead max-length:2]")
		p.holds("work", 2)
		p.holds("dead", 1)
		p.crash()
	}
	p.drop("operator-policies", "work")
	p.drop("policies", "work")
	p.crash()
	p.effective("work", "<nil> <nil> map[]")
	p.publish("", "work", 3)
	p.holds("work", 5)
	p.holds("dead", 1)
}

// TestPolicyOfLiveExchange: an alternate exchange comes and goes with its
// policy, at once.
func TestPolicyOfLiveExchange(t *testing.T) {
	t.Parallel()
	p := newPolicyTest(t)
	p.declare("lost")
	if err := p.ch.ExchangeDeclare("in", amqp.ExchangeDirect, true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.ch.QueueBind("lost", "", "amq.fanout", false, nil); err != nil {
		t.Fatal(err)
	}
	p.publish("in", "nobody", 1)
	p.holds("lost", 0)
	p.put("policies", "in", `{"alternate-exchange": "amq.fanout"}`)
	p.publish("in", "nobody", 1)
	p.holds("lost", 1)
	p.crash()
	p.publish("in", "nobody", 1)
	p.holds("lost", 2)
	p.drop("policies", "in")
	p.publish("in", "nobody", 1)
	p.crash()
	p.publish("in", "nobody", 1)
	p.holds("lost", 2)
}

// TestPolicyOfLiveQueue: a policy takes hold of a queue that is there, an
// operator's caps it, and their end is the end of what they did.
func TestPolicyOfLiveQueue(t *testing.T) {
	t.Parallel()
	p := newPolicyTest(t)
	p.declare("work", "brief", "dead")
	p.publish("", "work", 7)

	p.put("policies", "work", `{"max-length": 5}`)
	p.holds("work", 5)
	p.put("operator-policies", "work", `{"max-length": 2}`)
	p.holds("work", 2)
	p.put("policies", "brief", `{"message-ttl": 1, "dead-letter-exchange": "", "dead-letter-routing-key": "dead"}`)
	p.publish("", "brief", 2)
	p.holds("dead", 2)
	p.crash()
	p.publish("", "work", 1)
	p.holds("work", 2)
	p.publish("", "brief", 1)
	p.holds("dead", 3)

	p.drop("operator-policies", "work")
	p.publish("", "work", 9)
	p.holds("work", 5)
	p.drop("policies", "work")
	p.publish("", "work", 4)
	p.drop("policies", "brief")
	p.publish("", "brief", 1)
	p.crash()
	p.holds("work", 9)
	p.holds("brief", 1)
	p.holds("dead", 3)
}
