package definitions

import (
	"fmt"
	"slices"
	"strings"
)

// maxSteps bounds the bindings that are followed; beyond that nobody is told of
// circles.
const maxSteps = 1_000_000

// circles finds queues whose dead letters come back to them though no consumer
// ever rejects any: each queue on the way gives messages up by itself, as they
// expire or are too many. A broker drops what went round once. Only what is
// certain is followed: keys that the queues set, and the arguments that they
// have in the files, without policies.
//
//	queue ── dead-letter exchange, key ──► stop ── bindings ──► queue …
type circles struct {
	*crossing
	bindings map[string][]*Binding // by vhost and source
	seen     map[stop]mark
	way      []stop // from where the search began
	steps    int
}

// stop is a queue, or what is published to an exchange with a key.
type stop struct {
	vhost, name, key string
	exchange, keyed  bool // keyed: the key is known
}

type mark byte

const (
	onWay mark = iota + 1 // the search is below it
	done
)

func newCircles(c *crossing) *circles {
	x := &circles{crossing: c, bindings: map[string][]*Binding{}, seen: map[stop]mark{}}
	for _, r := range c.first {
		if b, ok := r.r.(*Binding); ok {
			at := b.Vhost + "\x00" + b.Source
			x.bindings[at] = append(x.bindings[at], b)
		}
	}
	return x
}

// look begins at a queue.
func (x *circles) look(q *Queue) { x.follow(stop{vhost: q.Vhost, name: q.Name}) }

// follow goes on from n, unless it was there before.
func (x *circles) follow(n stop) {
	switch {
	case x.seen[n] == done || x.steps > maxSteps:
		return
	case x.seen[n] == onWay:
		x.tell(x.way[slices.Index(x.way, n):])
		return
	}
	x.seen[n] = onWay
	x.way = append(x.way, n)
	if n.exchange {
		x.route(n)
	} else {
		x.giveUp(n)
	}
	x.way = x.way[:len(x.way)-1]
	x.seen[n] = done
}

// giveUp follows what queue n gives up by itself.
func (x *circles) giveUp(n stop) {
	found, ok := x.first[string(Key(&Queue{Vhost: n.vhost, Name: n.name}))]
	if !ok {
		return
	}
	args := found.r.(*Queue).Arguments
	to, ok := args["x-dead-letter-exchange"].(string)
	if !ok || !givesUp(args) {
		return
	}
	key, keyed := args["x-dead-letter-routing-key"].(string)
	x.follow(stop{n.vhost, to, key, true, keyed})
}

// givesUp reports whether a queue gives messages up that nobody has rejected.
func givesUp(args Object) bool {
	_, ttl := args["x-message-ttl"]
	_, most := args["x-max-length"]
	_, bytes := args["x-max-length-bytes"]
	return ttl || (most || bytes) && args["x-overflow"] != "reject-publish"
}

// route follows what is published to an exchange.
func (x *circles) route(n stop) {
	if n.name == "" {
		if n.keyed {
			x.follow(stop{vhost: n.vhost, name: n.key})
		}
		return
	}
	kind := x.kindOf(n)
	for _, b := range x.bindings[n.vhost+"\x00"+n.name] {
		x.steps++
		if !certain(kind, b.RoutingKey, n) {
			continue
		}
		if b.DestinationType == "exchange" {
			x.follow(stop{n.vhost, b.Destination, n.key, true, n.keyed})
		} else {
			x.follow(stop{vhost: n.vhost, name: b.Destination})
		}
	}
}

// kindOf is the type of an exchange, as far as it is known.
func (x *circles) kindOf(n stop) string {
	if found, ok := x.first[string(Key(&Exchange{Vhost: n.vhost, Name: n.name}))]; ok {
		return found.r.(*Exchange).Type
	}
	return strings.TrimPrefix(n.name, "amq.")
}

// certain reports whether a binding surely takes what comes with n.
func certain(kind, bindingKey string, n stop) bool {
	switch kind {
	case "fanout":
		return true
	case "direct":
		return n.keyed && bindingKey == n.key
	case "topic":
		return bindingKey == "#" || n.keyed && matches(strings.Split(bindingKey, "."), strings.Split(n.key, "."))
	}
	return false
}

// matches is how a topic exchange compares, for the keys of people: * is a word,
// and # at the end any number of them. Another # is not certain.
func matches(pattern, words []string) bool {
	for i, p := range pattern {
		switch {
		case p == "#":
			return i == len(pattern)-1
		case i >= len(words) || p != "*" && p != words[i]:
			return false
		}
	}
	return len(pattern) == len(words)
}

// tell tells of a circle, at its first queue.
func (x *circles) tell(way []stop) {
	var names []string
	for _, n := range way {
		if !n.exchange {
			names = append(names, "'"+n.name+"'")
		}
	}
	first := way[slices.IndexFunc(way, func(n stop) bool { return !n.exchange })]
	found := x.first[string(Key(&Queue{Vhost: first.vhost, Name: first.name}))]
	text := "its dead letters come back to it"
	if len(names) > 1 {
		text += " by " + strings.Join(names[1:], ", ")
	}
	x.find(found.d, found.r, Problem{Text: fmt.Sprintf("%s: what no consumer takes goes round once, and is dropped", text), Doubt: true})
}
