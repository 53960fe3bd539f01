package mgmt

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) topologyRoutes(r chi.Router) {
	r.Get("/api/x/topology", a.asManager(a.topology))
}

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

// topology answers the graph of a vhost, or of what is around one node of it.
func (a *API) topology(w http.ResponseWriter, r *http.Request, u *auth.User) {
	q := r.URL.Query()
	v, err := a.broker.Vhost(q.Get("vhost"))
	if err != nil {
		unknown(w, "vhost_not_found")
		return
	}
	if !a.sees(u, v.Name) {
		refuse(w, "User not authorised to access virtual host")
		return
	}
	depth, err := wholeNumber(q, "depth", 2)
	if err != nil || depth > maxDepth {
		bad(w, "depth should be a whole number of at most 10")
		return
	}
	g := &graph{Vhost: v.Name, Whole: true, nodes: map[string]*node{}, edges: map[edgeEnds]*edge{}}
	g.draw(v)
	g.Total = len(g.nodes)
	if focus := q.Get("focus"); focus != "" {
		id, there := g.find(focus)
		if !there {
			notHere(w, r)
			return
		}
		g.around(id, int(depth))
	}
	if len(g.nodes) > maxNodes {
		g.group()
	}
	g.finish()
	answer(w, g)
}

// draw puts everything on the graph. System exchanges are on it if they lead
// anywhere.
func (g *graph) draw(v *broker.Vhost) {
	for _, q := range v.Queues() {
		g.drawQueue(q)
	}
	for _, x := range v.Exchanges() {
		g.drawExchange(x)
	}
	for _, e := range g.edges {
		for _, id := range []string{e.From, e.To} {
			if g.nodes[id] == nil {
				kind, name, _ := strings.Cut(id, ":")
				g.nodes[id] = &node{ID: id, Kind: kind, Name: name, Missing: true, Idle: true}
			}
		}
	}
}

func exchangeID(name string) string { return "exchange:" + name }
func queueID(name string) string    { return "queue:" + name }

func (g *graph) drawQueue(q *broker.Queue) {
	w := watchQueue(q)
	n := &node{
		ID: queueID(q.Name), Kind: "queue", Name: q.Name, Type: q.Kind, In: w.In, Out: w.Out,
		Messages: w.Messages, Ready: w.Ready, Unacked: w.Unacked, Consumers: w.Consumers,
	}
	n.Idle = n.In == 0 && n.Out == 0
	g.nodes[n.ID] = n
	to, key, ok := q.DeadLetters()
	switch {
	case !ok:
	case to == "" && key != nil:
		g.connect(n.ID, queueID(*key), "dead-letter", *key)
	case to == "": // back to where its key says: nobody can tell
	default:
		text := ""
		if key != nil {
			text = *key
		}
		g.connect(n.ID, exchangeID(to), "dead-letter", text)
	}
}

func (g *graph) drawExchange(x *broker.Exchange) {
	n := &node{
		ID: exchangeID(x.Name), Kind: "exchange", Name: x.Name, Type: x.Kind,
		In: x.Past.Rate(broker.ExchangeIn), Out: x.Past.Rate(broker.ExchangeOut),
	}
	n.Idle = n.In == 0 && n.Out == 0
	bindings, passages := x.Bindings(), x.Outgoing()
	ours := x.Name == "" || strings.HasPrefix(x.Name, "amq.")
	if ours && len(bindings) == 0 && n.Idle && x.Alternate() == "" {
		return
	}
	g.nodes[n.ID] = n
	for _, b := range bindings {
		to := queueID(b.Destination.DestinationName())
		if _, toExchange := b.Destination.(*broker.Exchange); toExchange {
			to = exchangeID(b.Destination.DestinationName())
		}
		g.connect(n.ID, to, "binding", b.Key)
	}
	for _, p := range passages {
		rate := p.Past.Rate(0)
		e := g.edges[edgeEnds{n.ID, queueID(p.Queue.Name), "binding"}]
		if e == nil && x.Name == "" && rate > 0 {
			e = g.connect(n.ID, queueID(p.Queue.Name), "binding", p.Queue.Name)
		}
		if e != nil {
			e.Rate = rate
		}
	}
	if to := x.Alternate(); to != "" {
		g.connect(n.ID, exchangeID(to), "alternate", "")
	}
}

// connect draws an edge, or one more binding along it.
func (g *graph) connect(from, to, kind, key string) *edge {
	ends := edgeEnds{from, to, kind}
	e := g.edges[ends]
	if e == nil {
		e = &edge{From: from, To: to, Kind: kind, Keys: []string{}}
		g.edges[ends] = e
	}
	e.N++
	if len(e.Keys) < maxEdgeKeys {
		e.Keys = append(e.Keys, key)
	}
	return e
}

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
