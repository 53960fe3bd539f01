package mgmt_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/queue"
)

// drawn is a graph as a page sees it.
type drawn struct {
	Nodes []struct {
		ID, Kind, Name, Type string
		Members, Messages    int
		Missing              bool
	}
	Edges []struct {
		From, To, Kind string
		Count          int
		Keys           []string `json:"routing_keys"`
	}
	Total   int `json:"total_nodes"`
	Grouped bool
	Whole   bool `json:"complete"`
}

func (n node) draw(t *testing.T, query string) (g drawn) {
	t.Helper()
	w := n.ask("GET", "/api/x/topology?vhost=%2F"+query, "guest:guest")
	if err := json.Unmarshal(w.Body.Bytes(), &g); err != nil || w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return g
}

// TestTopologyIsGrouped: beyond 300 nodes those whose names begin alike are one,
// nothing is lost, and no edge leads nowhere.
func TestTopologyIsGrouped(t *testing.T) {
	n := newNode(t)
	v, _ := n.broker.Vhost("/")
	declare := func(name string) {
		t.Helper()
		q, _, err := v.DeclareQueue(queue.Declaration{Name: name}, 0)
		if err == nil {
			err = v.Bind("amq.topic", q, name, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 299 {
		declare(fmt.Sprintf("team%d.q%d", i%7, i))
	}
	if g := n.draw(t, ""); g.Grouped || len(g.Nodes) != 300 || len(g.Edges) != 299 {
		t.Errorf("%d nodes, %d edges, grouped %v", len(g.Nodes), len(g.Edges), g.Grouped)
	}
	declare("team0.more")
	g := n.draw(t, "")
	checkGraph(t, g, 301)
	if len(g.Nodes) != 8 || len(g.Edges) != 7 || g.Edges[0].To != "group:queue:team0" {
		t.Errorf("%+v", g)
	}
	for i := range 400 {
		declare(fmt.Sprintf("alone%d", i))
	}
	checkGraph(t, n.draw(t, ""), 701)
	if g := n.draw(t, "&focus=alone7&depth=1"); len(g.Nodes) != 2 || g.Grouped || g.Whole {
		t.Errorf("around alone7: %+v", g)
	}
	checkGraph(t, n.draw(t, "&focus=amq.topic&depth=1"), 701)
}

func checkGraph(t *testing.T, g drawn, total int) {
	t.Helper()
	ids, members := map[string]bool{}, 0
	for _, x := range g.Nodes {
		ids[x.ID] = true
		members += max(x.Members, 1)
	}
	bindings := 0
	for _, e := range g.Edges {
		bindings += e.Count
		if !ids[e.From] || !ids[e.To] || len(e.Keys) > 20 {
			t.Errorf("edge %+v", e)
		}
	}
	if !g.Grouped || len(g.Nodes) > 300 || members != total || g.Total != total || bindings != total-1 {
		t.Errorf("%d nodes with %d members of %d, %d bindings, grouped %v", len(g.Nodes), members, g.Total, bindings, g.Grouped)
	}
}

// TestTopologyNamesWhatIsMissing: a dead-letter exchange that nobody declared.
func TestTopologyNamesWhatIsMissing(t *testing.T) {
	n := newNode(t)
	n.send("PUT", "/api/queues/%2F/q", "guest:guest", `{"arguments":{"x-dead-letter-exchange":"gone"}}`)
	n.send("PUT", "/api/queues/%2F/r", "guest:guest", `{"arguments":{"x-dead-letter-exchange":"","x-dead-letter-routing-key":"q"}}`)
	g := n.draw(t, "")
	if len(g.Nodes) != 3 || g.Nodes[0].ID != "exchange:gone" || !g.Nodes[0].Missing {
		t.Errorf("nodes %+v", g.Nodes)
	}
	if len(g.Edges) != 2 || g.Edges[0].Kind != "dead-letter" || g.Edges[1].From != "queue:r" || g.Edges[1].To != "queue:q" {
		t.Errorf("edges %+v", g.Edges)
	}
}

// TestHistory: points in steps, the oldest first, and rates of what only grows.
func TestHistory(t *testing.T) {
	n := newNode(t)
	n.send("PUT", "/api/queues/%2F/q", "guest:guest", "{}")
	n.send("POST", "/api/exchanges/%2F/amq.default/publish", "guest:guest", `{"routing_key":"q","properties":{},"payload":"","payload_encoding":"string"}`)
	var h struct {
		Kind          string
		Points, Rates [][2]float64
	}
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		w := n.ask("GET", "/api/x/history?object=queue:%252F:q&metric=publish&from=20&step=2", "guest:guest")
		if err := json.Unmarshal(w.Body.Bytes(), &h); err != nil || w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		if h.Points[len(h.Points)-1][1] == 1 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("nothing published: %v", h.Points)
		}
	}
	if h.Kind != "count" || len(h.Points) != 11 || len(h.Rates) != 10 {
		t.Fatalf("%+v", h)
	}
	for i := range h.Rates {
		before, at := h.Points[i], h.Points[i+1]
		if at[0]-before[0] != 2000 || h.Rates[i] != [2]float64{at[0], (at[1] - before[1]) / 2} {
			t.Errorf("rate %v between %v and %v", h.Rates[i], before, at)
		}
	}
}
