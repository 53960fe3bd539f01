package message

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// TestDeathGolden follows a message through the queues it dies in. Each hop in
// testdata/death.txt shows all that a consumer of the next queue sees of it.
func TestDeathGolden(t *testing.T) {
	m := newMessage(t, "orders", "order.new", amqp.Properties{
		ContentType: "text/plain", DeliveryMode: 2, Expiration: "5000", MessageID: "m1",
		Headers: amqp.Table{"CC": []any{"order.copy"}, "tenant": "t1"},
	})
	retry := "retry.key"
	var b strings.Builder
	dump(t, &b, "published", m)
	for i, h := range []hop{
		{"work", "rejected", "dlx", nil},
		{"wait", "expired", "orders", &retry},
		{"work", "rejected", "dlx", nil},
		{"wait", "expired", "orders", &retry},
		{"work", "delivery_limit", "dlx", nil},
		{"full", "maxlen", "", nil},
	} {
		d := Death{h.queue, h.reason, t0.Add(time.Duration(i) * time.Minute)}
		dead, err := DeadLetter(m, d, h.exchange, h.key)
		if err != nil {
			t.Fatal(err)
		}
		m = dead
		dump(t, &b, fmt.Sprintf("%d: %s in %s", i+1, h.reason, h.queue), m)
	}
	const file = "testdata/death.txt"
	if *rewrite {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("%s differs; got\n%s", file, b.String())
	}
}

// dump writes m as a consumer sees it.
func dump(t *testing.T, b *strings.Builder, title string, m *Message) {
	t.Helper()
	p, err := amqp.ParseProperties(m.Header)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(b, "%s\n  exchange %q, key %q, expiration %q\n", title, m.Exchange, m.RoutingKey, p.Expiration)
	dumpTable(b, "  ", p.Headers)
	b.WriteString("\n")
}

func dumpTable(b *strings.Builder, indent string, t amqp.Table) {
	var keys []string
	for k := range t {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		list, _ := t[k].([]any)
		if len(list) > 0 && amqp.TypeName(list[0]) == "table" {
			fmt.Fprintf(b, "%s%s:\n", indent, k)
			for i, x := range list {
				fmt.Fprintf(b, "%s  [%d]\n", indent, i)
				dumpTable(b, indent+"    ", x.(amqp.Table))
			}
			continue
		}
		fmt.Fprintf(b, "%s%s: %s %v\n", indent, k, amqp.TypeName(t[k]), t[k])
	}
}
