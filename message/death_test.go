package message

import (
	"bytes"
	"reflect"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// t0 is when the tests' messages begin to die; a hop takes a minute.
var t0 = time.Unix(1_700_000_000, 0).UTC()

type hop struct {
	queue, reason, exchange string
	key                     *string
}

// hops dead-letters m through all of hs.
func hops(t *testing.T, m *Message, hs ...hop) *Message {
	t.Helper()
	for i, h := range hs {
		d := Death{h.queue, h.reason, t0.Add(time.Duration(i) * time.Minute)}
		before := bytes.Clone(m.Header)
		dead, err := DeadLetter(m, d, h.exchange, h.key)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(before, m.Header) {
			t.Fatalf("hop %d changed the message it was given", i)
		}
		m = dead
	}
	return m
}

func TestDeadLetterThreeHops(t *testing.T) {
	type table = amqp.Table
	m := newMessage(t, "orders", "order.new", amqp.Properties{
		ContentType: "text/plain", DeliveryMode: 2, Priority: 4, Expiration: "5000", MessageID: "m1",
		Headers: table{"CC": []any{"order.copy"}, "tenant": "t1"},
	})
	retry := "retry.key"
	work := table{
		"count": int64(1), "reason": "rejected", "queue": "work", "time": t0, "exchange": "orders",
		"routing-keys": []any{"order.new", "order.copy"}, "original-expiration": "5000",
	}
	wait := table{
		"count": int64(1), "reason": "expired", "queue": "wait", "time": t0.Add(time.Minute), "exchange": "dlx",
		"routing-keys": []any{"order.new", "order.copy"},
	}
	first := table{"x-first-death-reason": "rejected", "x-first-death-queue": "work", "x-first-death-exchange": "orders"}
	for i, want := range []struct {
		hop     hop
		key     string
		headers table
	}{
		{hop{"work", "rejected", "dlx", nil}, "order.new", table{
			"CC": []any{"order.copy"}, "x-death": []any{work},
			"x-last-death-reason": "rejected", "x-last-death-queue": "work", "x-last-death-exchange": "orders",
		}},
		{hop{"wait", "expired", "orders", &retry}, "retry.key", table{
			"x-death":             []any{wait, work},
			"x-last-death-reason": "expired", "x-last-death-queue": "wait", "x-last-death-exchange": "dlx",
		}},
		{hop{"work", "rejected", "", nil}, "retry.key", table{
			"x-death":             []any{counted(work, 2), wait},
			"x-last-death-reason": "rejected", "x-last-death-queue": "work", "x-last-death-exchange": "orders",
		}},
	} {
		d := Death{want.hop.queue, want.hop.reason, t0.Add(time.Duration(i) * time.Minute)}
		dead, err := DeadLetter(m, d, want.hop.exchange, want.hop.key)
		if err != nil {
			t.Fatal(err)
		}
		want.headers["tenant"] = "t1"
		for k, v := range first {
			want.headers[k] = v
		}
		checkDead(t, i, dead, want.hop.exchange, want.key, want.headers)
		m = dead
	}
}

func counted(death amqp.Table, n int64) amqp.Table {
	c := amqp.Table{}
	for k, v := range death {
		c[k] = v
	}
	c["count"] = n
	return c
}

func checkDead(t *testing.T, hop int, m *Message, exchange, key string, headers amqp.Table) {
	t.Helper()
	want := amqp.Properties{ContentType: "text/plain", DeliveryMode: 2, Priority: 4, MessageID: "m1", Headers: headers}
	if m.Exchange != exchange || m.RoutingKey != key || m.Expiration != -1 || !m.Persistent || m.Priority != 4 || string(m.Body) != "body" {
		t.Errorf("hop %d: message %+v", hop, m)
	}
	got, err := amqp.ParseProperties(m.Header)
	want.Present = got.Present
	if err != nil || got.Present&amqp.HasExpiration != 0 || !reflect.DeepEqual(got, want) {
		t.Errorf("hop %d: %v\n got %+v\nwant %+v", hop, err, got, want)
	}
}

func TestDeadLetterBuildsOnForeignDeaths(t *testing.T) {
	for _, c := range []struct {
		name  string
		death any
		count int64 // of the entry in front
		rest  int
		first any // x-first-death-queue
	}{
		{"counted by a client", []any{amqp.Table{"queue": "q", "reason": "expired", "count": int32(7)}}, 8, 0, nil},
		{"not counted", []any{amqp.Table{"queue": "q", "reason": "expired"}}, 1, 0, nil},
		{"counted in words", []any{amqp.Table{"queue": "q", "reason": "expired", "count": "many"}}, 1, 0, nil},
		{"other reason", []any{amqp.Table{"queue": "q", "reason": "rejected", "count": int64(7)}}, 1, 1, nil},
		{"not a table", []any{"q", amqp.Table{"queue": "q", "reason": "expired", "count": int64(1)}}, 2, 1, nil},
		{"not an array", "q", 1, 0, "q"},
		{"a void", nil, 1, 0, "q"},
	} {
		m := newMessage(t, "e", "k", amqp.Properties{Headers: amqp.Table{"x-death": c.death}})
		p, err := amqp.ParseProperties(hops(t, m, hop{"q", "expired", "dlx", nil}).Header)
		if err != nil {
			t.Fatal(err)
		}
		deaths := p.Headers["x-death"].([]any)
		front := deaths[0].(amqp.Table)
		if front["count"] != c.count || front["queue"] != "q" || front["reason"] != "expired" || len(deaths) != 1+c.rest {
			t.Errorf("%s: deaths %v", c.name, deaths)
		}
		if p.Headers["x-first-death-queue"] != c.first || p.Headers["x-last-death-queue"] != "q" {
			t.Errorf("%s: first death in %v, last in %v", c.name, p.Headers["x-first-death-queue"], p.Headers["x-last-death-queue"])
		}
	}
}

func TestDeadLetterRefusesBadHeader(t *testing.T) {
	if _, err := DeadLetter(&Message{Header: []byte{0, 60}}, Death{}, "", nil); err == nil {
		t.Error("a header of two bytes has no error")
	}
}

func TestCycle(t *testing.T) {
	for _, c := range []struct {
		name  string
		hops  []hop
		queue string
		want  bool
	}{
		{"first death, other queue", []hop{{queue: "a", reason: "expired"}}, "b", false},
		{"straight back", []hop{{queue: "a", reason: "expired"}}, "a", true},
		{"straight back after a reject", []hop{{queue: "a", reason: "rejected"}}, "a", false},
		{"round two queues", []hop{{queue: "a", reason: "expired"}, {queue: "b", reason: "maxlen"}}, "a", true},
		{"rejected on the way", []hop{{queue: "a", reason: "expired"}, {queue: "b", reason: "rejected"}}, "a", false},
		{"rejected there", []hop{{queue: "a", reason: "rejected"}, {queue: "b", reason: "expired"}}, "a", false},
		{"rejected before that", []hop{{queue: "z", reason: "rejected"}, {queue: "a", reason: "expired"}, {queue: "b", reason: "expired"}}, "a", true},
		{"delivery limit is no reject", []hop{{queue: "a", reason: "delivery_limit"}}, "a", true},
	} {
		m := hops(t, newMessage(t, "e", "k", amqp.Properties{}), c.hops...)
		if got := Cycle(m.Header, c.queue); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	for name, death := range map[string]any{"a string": "a", "an array of strings": []any{"a"}, "numbers": []any{amqp.Table{"queue": int32(1)}}} {
		if Cycle(header(amqp.Properties{Headers: amqp.Table{"x-death": death}}), "a") {
			t.Errorf("x-death of %s is a cycle", name)
		}
	}
}

// TestDeathsOfRepublished: a client that publishes a dead letter again, with
// its headers, sees how often that happened (RabbitMQ 3).
func TestDeathsOfRepublished(t *testing.T) {
	m := newMessage(t, "", "work", amqp.Properties{})
	for n := int64(1); n <= 3; n++ {
		m = hops(t, m, hop{"work", "rejected", "dlx", nil})
		p, err := amqp.ParseProperties(m.Header)
		if err != nil {
			t.Fatal(err)
		}
		deaths := p.Headers["x-death"].([]any)
		if got := deaths[0].(amqp.Table)["count"]; len(deaths) != 1 || got != n {
			t.Errorf("republished %d times: %v", n-1, deaths)
		}
		m = newMessage(t, "", "work", amqp.Properties{Headers: p.Headers})
	}
}
