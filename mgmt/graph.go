package mgmt

import (
	"cmp"
	"slices"
	"strings"
)

// Bounds of what a graph shows.
const (
	maxNodes       = 300 // beyond, nodes are grouped
	maxEdgeKeys    = 20  // of the bindings between the same two nodes
	maxDepth       = 10
	maxGraphEdges  = 5000
	groupSeparator = ".-_:/"
)

// node is an exchange, a queue, or a group of them.
type node struct {
	ID        string  `json:"id"`   // "exchange:orders", "queue:orders.eu", "group:queue:orders"
	Kind      string  `json:"kind"` // "exchange", "queue" or "group"
	Name      string  `json:"name"` // of a group what its names begin with; "" all of them
	Type      string  `json:"type"` // of a group what is in it
	Members   int     `json:"members,omitempty"`
	In        float64 `json:"in_rate"` // messages a second
	Out       float64 `json:"out_rate"`
	Messages  int     `json:"messages"` // of queues, as is what follows
	Ready     int     `json:"messages_ready"`
	Unacked   int     `json:"messages_unacknowledged"`
	Consumers int     `json:"consumers"`
	Idle      bool    `json:"idle"`    // nothing goes in or out
	Missing   bool    `json:"missing"` // it is named by something, but not there
}

// edge leads from one node to another.
type edge struct {
	From string   `json:"from"`
	To   string   `json:"to"`
	Kind string   `json:"kind"`         // "binding", "dead-letter" or "alternate"
	Keys []string `json:"routing_keys"` // some of them
	N    int      `json:"count"`        // bindings
	Rate float64  `json:"rate"`         // messages a second; 0 where nobody counts
}

// graph is the topology of a vhost.
type graph struct {
	Vhost   string  `json:"vhost"`
	Nodes   []*node `json:"nodes"`
	Edges   []*edge `json:"edges"`
	Total   int     `json:"total_nodes"` // before they were grouped or left out
	Grouped bool    `json:"grouped"`
	Whole   bool    `json:"complete"` // nothing was left out

	nodes map[string]*node
	edges map[edgeEnds]*edge
}

type edgeEnds struct{ from, to, kind string }

// find is the node of that id or name, a queue first.
func (g *graph) find(focus string) (id string, there bool) {
	for _, id := range []string{focus, queueID(focus), exchangeID(exchangeCalled(focus))} {
		if g.nodes[id] != nil {
			return id, true
		}
	}
	return "", false
}

// around leaves what is at most so many edges away, either way.
func (g *graph) around(id string, depth int) {
	next := map[string][]string{}
	for _, e := range g.edges {
		next[e.From] = append(next[e.From], e.To)
		next[e.To] = append(next[e.To], e.From)
	}
	near := map[string]bool{id: true}
	for front := []string{id}; depth > 0 && len(front) > 0; depth-- {
		var further []string
		for _, at := range front {
			for _, to := range next[at] {
				if !near[to] {
					near[to] = true
					further = append(further, to)
				}
			}
		}
		front = further
	}
	g.Whole = len(near) == len(g.nodes)
	for id := range g.nodes {
		if !near[id] {
			delete(g.nodes, id)
		}
	}
	for ends := range g.edges {
		if !near[ends.from] || !near[ends.to] {
			delete(g.edges, ends)
		}
	}
}

// group joins nodes whose names begin alike, and if that are still too many all
// that are left of a kind.
func (g *graph) group() {
	g.Grouped = true
	g.join(func(n *node) string {
		if at := strings.IndexAny(n.Name, groupSeparator); at > 0 {
			return n.Name[:at]
		}
		return n.Name
	})
	if len(g.nodes) <= maxNodes {
		return
	}
	big := g.biggest()
	g.join(func(n *node) string {
		if big[n.ID] {
			return n.ID
		}
		return ""
	})
}

// biggest are the nodes with the most members, and among those the busiest, as
// many as leave room for the rest.
func (g *graph) biggest() map[string]bool {
	list := g.sorted()
	slices.SortStableFunc(list, func(x, y *node) int {
		return cmp.Or(cmp.Compare(y.Members, x.Members), cmp.Compare(y.In+y.Out, x.In+x.Out), cmp.Compare(y.Messages, x.Messages))
	})
	big := map[string]bool{}
	for _, n := range list[:min(maxNodes-2, len(list))] {
		big[n.ID] = true
	}
	return big
}

// join makes a group of nodes of the same kind that have the same key, and leads
// their edges there.
func (g *graph) join(key func(*node) string) {
	groups := map[string][]*node{}
	for _, n := range g.nodes {
		id := "group:" + of(n) + ":" + key(n)
		groups[id] = append(groups[id], n)
	}
	into := map[string]string{}
	for id, list := range groups {
		if len(list) == 1 {
			continue
		}
		together := &node{ID: id, Kind: "group", Name: key(list[0]), Type: of(list[0]), Idle: true}
		for _, n := range list {
			into[n.ID] = id
			together.add(n)
			delete(g.nodes, n.ID)
		}
		g.nodes[id] = together
	}
	old := g.edges
	g.edges = map[edgeEnds]*edge{}
	for ends, e := range old {
		from, to := cmp.Or(into[ends.from], ends.from), cmp.Or(into[ends.to], ends.to)
		merged := edgeEnds{from, to, ends.kind}
		if there := g.edges[merged]; there != nil {
			there.N += e.N
			there.Rate += e.Rate
			there.Keys = append(there.Keys, e.Keys[:min(len(e.Keys), maxEdgeKeys-len(there.Keys))]...)
			continue
		}
		e.From, e.To = from, to
		g.edges[merged] = e
	}
}

// of is what is at n: exchanges or queues.
func of(n *node) string {
	if n.Kind == "group" {
		return n.Type
	}
	return n.Kind
}

func (n *node) add(m *node) {
	n.Members += max(m.Members, 1)
	n.In += m.In
	n.Out += m.Out
	n.Messages += m.Messages
	n.Ready += m.Ready
	n.Unacked += m.Unacked
	n.Consumers += m.Consumers
	n.Idle = n.Idle && m.Idle
}

func (g *graph) sorted() []*node {
	list := make([]*node, 0, len(g.nodes))
	for _, n := range g.nodes {
		list = append(list, n)
	}
	slices.SortFunc(list, func(x, y *node) int { return cmp.Compare(x.ID, y.ID) })
	return list
}

// finish puts nodes and edges in order.
func (g *graph) finish() {
	g.Nodes, g.Edges = g.sorted(), make([]*edge, 0, len(g.edges))
	for _, e := range g.edges {
		slices.Sort(e.Keys)
		g.Edges = append(g.Edges, e)
	}
	slices.SortFunc(g.Edges, func(x, y *edge) int {
		return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To), cmp.Compare(x.Kind, y.Kind))
	})
	if len(g.Edges) > maxGraphEdges {
		g.Edges, g.Whole = g.Edges[:maxGraphEdges], false
	}
}
