package integration

import (
	"fmt"
	"slices"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

// choosing declares a durable exchange of kind with five queues, bound with
// weight 1.
func choosing(t *testing.T, ch *amqp.Channel, name, kind string, args amqp.Table) []string {
	t.Helper()
	if err := ch.ExchangeDeclare(name, kind, true, false, false, false, args); err != nil {
		t.Fatal(err)
	}
	var queues []string
	for i := range 5 {
		q := fmt.Sprint(name, i)
		declareDurable(t, ch, q)
		if err := ch.QueueBind(q, "1", name, false, nil); err != nil {
			t.Fatal(err)
		}
		queues = append(queues, q)
	}
	return queues
}

// dealt publishes under keys 0 to n-1 and tells which keys are in each queue,
// which is empty afterwards.
func dealt(t *testing.T, ch *amqp.Channel, exchange string, queues []string, n int) (keys [][]string) {
	t.Helper()
	for i := range n {
		if err := ch.Publish(exchange, fmt.Sprint(i), true, false, amqp.Publishing{MessageId: fmt.Sprint(i % 10)}); err != nil {
			t.Fatal(err)
		}
	}
	total := 0
	for _, q := range queues {
		var got []string
		for {
			m, ok, err := ch.Get(q, true)
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			got = append(got, m.RoutingKey)
		}
		total += len(got)
		keys = append(keys, got)
	}
	if total != n {
		t.Errorf("%s: %d of %d messages are in queues", exchange, total, n)
	}
	return keys
}

// TestChoosingExchanges: one queue of five gets a message, each its share, and
// the same keys after a crash where a hash decides.
func TestChoosingExchanges(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	const n = 1000
	queues, before := map[string][]string{}, map[string][][]string{}
	ch := dial(t, b)
	for name, kind := range map[string]string{
		"hash": "x-consistent-hash", "modulus": "x-modulus-hash", "random": "x-random", "local": "x-local-random",
	} {
		queues[name] = choosing(t, ch, name, kind, nil)
		before[name] = dealt(t, ch, name, queues[name], n)
		for i, keys := range before[name] {
			if len(keys) < n/5-70 || len(keys) > n/5+70 { // more than five standard deviations
				t.Errorf("%s: queue %d got %d of %d", name, i, len(keys), n)
			}
		}
	}
	ids := choosing(t, ch, "ids", "x-consistent-hash", amqp.Table{"hash-property": "message_id"})
	for _, keys := range dealt(t, ch, "ids", ids, 100) {
		if len(keys)%10 != 0 {
			t.Errorf("an id is in two queues: %v", keys)
		}
	}
	b.Kill()
	b.Restart()
	ch = dial(t, b)
	for _, name := range []string{"hash", "modulus"} {
		after := dealt(t, ch, name, queues[name], n)
		if !slices.EqualFunc(after, before[name], slices.Equal) {
			t.Errorf("%s: keys went to other queues after a restart", name)
		}
	}
	if err := ch.QueueBind("hash0", "heavy", "hash", false, nil); code(err) != amqp.PreconditionFailed {
		t.Errorf("a weight that is no number: %v", err)
	}
}

// TestRecentHistory: who is bound late gets the last 20.
func TestRecentHistory(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	ch := dial(t, b)
	if err := ch.ExchangeDeclare("news", "x-recent-history", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		p := amqp.Publishing{Body: []byte(fmt.Sprint(i))}
		if i == 25 {
			p.Headers = amqp.Table{"x-recent-history-no-store": true}
		}
		if err := ch.Publish("news", "", false, false, p); err != nil {
			t.Fatal(err)
		}
	}
	declareDurable(t, ch, "late")
	if err := ch.QueueBind("late", "", "news", false, nil); err != nil {
		t.Fatal(err)
	}
	wantMessages(t, ch, "late", 20)
	for i := 9; i < 30; i++ {
		if i == 25 {
			continue
		}
		m, ok, err := ch.Get("late", true)
		if err != nil || !ok || string(m.Body) != fmt.Sprint(i) {
			t.Errorf("got %v %q, want %d, %v", ok, m.Body, i, err)
		}
	}
}
