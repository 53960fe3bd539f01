package mgmt_test

import (
	"fmt"
	"testing"

	"github.com/hutchmq/hutchmq/queue"
)

// BenchmarkQueuesPage lists a page of 50,000 queues.
func BenchmarkQueuesPage(b *testing.B) {
	n := newNode(b)
	v, err := n.broker.Vhost("/")
	if err != nil {
		b.Fatal(err)
	}
	for i := range 50_000 {
		if _, _, err := v.DeclareQueue(queue.Declaration{Name: fmt.Sprintf("orders.%d.eu", i*7919%50_000)}, 0); err != nil {
			b.Fatal(err)
		}
	}
	for _, query := range []string{
		"sort=messages", "sort=name&sort_reverse=true", "name=99&sort=consumers", "name=%5Eorders%5C.1&use_regex=true",
		"sort=memory&columns=name",
	} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				if w := n.ask("GET", "/api/queues?page=1&page_size=100&"+query, "guest:guest"); w.Code != 200 {
					b.Fatalf("%d %s", w.Code, w.Body)
				}
			}
		})
	}
}
