package perf

import (
	"fmt"
	"strings"
	"testing"
)

// TestPlan shows where the messages of loads go.
func TestPlan(t *testing.T) {
	var out strings.Builder
	for _, line := range []string{
		"", "-y 3", "-y 2 -Y 2 -t fanout", "-u q", "-u q -y 2", "-u q -k key", "-u q -t topic -k a.#", "-u q -K",
		"-u q -K -t fanout", "-qp q-%d -qpt 3 -x 2 -y 3", "-qp q-%d -qpt 2 -t fanout -y 2", "-qp q-%d -qpt 3",
		"-t topic --bindings 4 -qp q-%d -qpt 2 -y 2", "-t headers --bindings 2 -u q", "-t direct --bindings 2 -u q",
		"-u q -p", "-u q -e mine", "-u q -s 4", "-u q -D 5", "-u q -y 0", "-u q -x 0", "-u q -qa x-message-ttl=5",
	} {
		loads, err := parse(append(strings.Fields(line), "--id", "me"))
		if err != nil {
			t.Fatal(line, err)
		}
		p := newPlan(loads[0])
		fmt.Fprintf(&out, "$ %s\n  exchange '%s', queues %v\n", line, p.exchange, p.queues)
		for _, b := range p.bindings {
			fmt.Fprintf(&out, "  bind %s '%s' %v\n", p.queues[b.queue], b.key, b.args)
		}
		for n := range loads[0].Producers {
			for _, r := range p.routesOf(n) {
				fmt.Fprintf(&out, "  producer %d '%s' %v to %v\n", n, r.key, r.headers, r.queues)
			}
		}
		if p.unknown != "" {
			fmt.Fprintf(&out, "  loss is not known: %s\n", p.unknown)
		}
	}
	golden(t, "plan.txt", out.String())
}
