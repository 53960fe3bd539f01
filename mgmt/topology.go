package mgmt

import (
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) topologyRoutes(r chi.Router) {
	r.Get("/api/x/topology", a.asManager(a.topology))
}

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
