package definitions

import (
	"encoding/json"
	"strings"

	"gopkg.in/yaml.v3"
)

// raw is a value that is another's business, as JSON, or nil.
func raw(n *node) json.RawMessage {
	v, err := n.plain()
	if err != nil {
		return nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return text
}

// isSystem reports whether each vhost has an exchange of that name of its own.
func isSystem(exchange string) bool { return exchange == "" || strings.HasPrefix(exchange, "amq.") }

func (r *reader) exchange(e entry, vhost string) {
	n, s := e.value, &exchangeShape
	r.bind(n.at("bind"), vhost, e.key, "exchange")
	if isSystem(e.key) {
		for _, k := range n.members() {
			if k.key != "bind" {
				r.refuse(k.Place, "exchange '%s' is there in every vhost as it is: only bind can stand here", e.key)
			}
		}
		return
	}
	x := &Exchange{
		Vhost: vhost, Name: e.key, Type: orWords(textOf(n, s, "type"), "direct"), Durable: flagOf(n, s, "durable", true),
		AutoDelete: flagOf(n, s, "auto_delete", false), Internal: flagOf(n, s, "internal", false), Arguments: free(n.at("arguments")),
	}
	if name := textOf(n, s, "alternate"); name != "" {
		r.argument(x.Arguments, "alternate-exchange", name, n.at("alternate"))
	}
	r.add(e.Place, x)
}

// argument sets one, unless it is there word for word.
func (r *reader) argument(o Object, key string, v any, from *node) {
	if _, twice := o[key]; twice {
		r.refuse(from.Place, "argument %s is set twice", key)
		return
	}
	o[key] = v
}

func (r *reader) queue(e entry, vhost string) {
	n, s := e.value, &queueShape
	q := &Queue{
		Vhost: vhost, Name: e.key, Type: textOf(n, s, "type"), Durable: flagOf(n, s, "durable", true),
		AutoDelete: flagOf(n, s, "auto_delete", false), Protected: flagOf(n, s, "protected", false),
		Paused: flagOf(n, s, "paused", false), Arguments: free(n.at("arguments")),
	}
	r.queueArguments(n, q)
	r.deadLetter(n.at("dead_letter"), q)
	r.sense(e, q)
	r.add(e.Place, q)
	r.bind(n.at("bind"), vhost, e.key, "queue")
}

// queueArguments reads those of the table, and refuses what the type of the
// queue does not take.
func (r *reader) queueArguments(n *node, q *Queue) {
	for i := range arguments {
		a := &arguments[i]
		if v := value(n, &queueShape, a.name()); v != nil {
			r.argument(q.Arguments, a.key, v, n.at(a.name()))
		}
		if _, set := q.Arguments[a.key]; set && !a.takes(typeOf(q)) {
			at := n.Place
			if own := n.at(a.name()); own != nil {
				at = own.Place
			}
			r.refuse(at, "a queue of type %s takes no %s", typeOf(q), a.name())
		}
	}
}

// typeOf is the type that the file says, if any.
func typeOf(q *Queue) string {
	if q.Type != "" {
		return q.Type
	}
	t, _ := q.Arguments["x-queue-type"].(string)
	return t
}

func (r *reader) deadLetter(n *node, q *Queue) {
	switch {
	case n.null():
		return
	case n.kind == yaml.ScalarNode:
		r.argument(q.Arguments, "x-dead-letter-exchange", n.text, n)
		return
	}
	for _, key := range []string{"exchange", "routing_key", "strategy"} {
		if v := value(n, &deadLetterShape, key); v != nil {
			r.argument(q.Arguments, "x-dead-letter-"+strings.ReplaceAll(key, "_", "-"), v, n.at(key))
		}
	}
}

// sense refuses what no broker would declare.
func (r *reader) sense(e entry, q *Queue) {
	t := typeOf(q)
	_, key := q.Arguments["x-dead-letter-routing-key"]
	_, exchange := q.Arguments["x-dead-letter-exchange"]
	switch {
	case q.Name == "":
		r.refuse(e.Place, "a queue must have a name")
	case strings.HasPrefix(q.Name, "amq."):
		r.refuse(e.Place, "names that begin with amq. are the broker's")
	case (t == "quorum" || t == "stream") && !q.Durable:
		r.refuse(e.Place, "a queue of type %s is durable", t)
	case key && !exchange:
		r.refuse(e.Place, "queue '%s' has a routing key for dead letters, and no exchange for them", q.Name)
	}
}

// bind reads the bindings of one destination, in any of their short forms.
func (r *reader) bind(n *node, vhost, destination, kind string) {
	if n.null() {
		return
	}
	list := n.items
	if n.kind != yaml.SequenceNode {
		list = []*node{n}
	}
	for _, item := range list {
		if item != nil {
			r.binding(item, Binding{Vhost: vhost, Destination: destination, DestinationType: kind, Arguments: Object{}})
		}
	}
}

func (r *reader) binding(n *node, b Binding) {
	if n.kind == yaml.ScalarNode {
		b.Source = n.text
		r.add(n.Place, &b)
		return
	}
	b.Source, b.RoutingKey = textOf(n, &bindingShape, "to"), textOf(n, &bindingShape, "key")
	b.Arguments = free(n.at("arguments"))
	keys := n.at("keys")
	if keys.null() {
		r.add(n.Place, &b)
		return
	}
	if one := n.at("key"); one != nil {
		r.refuse(one.Place, "a binding has key or keys, not both")
	}
	for _, k := range keys.items {
		if k != nil {
			one := b
			one.RoutingKey = k.text
			r.add(k.Place, &one)
		}
	}
}
