package exchange

import (
	"strings"
	"sync/atomic"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// Topic routes by words, which dots separate: in a binding key * stands for
// one word and # for any number of words, none included. The empty key has no
// words; a..b has three, the middle one empty.
var Topic Type = topicType{}

type topicType struct{}

func (topicType) Name() string { return "topic" }

func (topicType) New(amqp.Table) (Router, error) { return &topic{bonds: bonds{}}, nil }

type topic struct {
	bonds bonds
	root  node
}

// node is a place in the trie of binding keys.
type node struct {
	words index[string, node]
	star  atomic.Pointer[node]
	hash  atomic.Pointer[node]
	here  list[Destination] // bound with the key that ends here
}

func (t *topic) Check(Binding) error { return nil }

func (t *topic) Bind(b Binding) bool {
	bd, added := t.bonds.add(spot{b.Destination, b.Key}, rest{arguments: canonical(b.Arguments)})
	if bd.item == nil {
		bd.item = t.root.grow(b.Key).here.add(b.Destination)
	}
	return added
}

func (t *topic) Unbind(b Binding) bool {
	last, removed := t.bonds.remove(spot{b.Destination, b.Key}, rest{arguments: canonical(b.Arguments)})
	if last != nil {
		t.root.unbind(b.Key, first(b.Key), last)
	}
	return removed
}

// grow returns the node of a binding key, making what is missing on the way.
func (n *node) grow(key string) *node {
	for at := first(key); at <= len(key); {
		var word string
		word, at = next(key, at)
		switch word {
		case "*":
			n = child(&n.star)
		case "#":
			n = child(&n.hash)
		default:
			n = n.words.at(word)
		}
	}
	return n
}

func child(p *atomic.Pointer[node]) *node {
	if p.Load() == nil {
		p.Store(&node{})
	}
	return p.Load()
}

// unbind takes it out below n, where the rest of the key from at leads, and
// prunes what that leaves empty.
func (n *node) unbind(key string, at int, it *item[Destination]) {
	if at > len(key) {
		n.here.remove(it)
		return
	}
	word, at := next(key, at)
	switch word {
	case "*":
		unbindBelow(&n.star, key, at, it)
	case "#":
		unbindBelow(&n.hash, key, at, it)
	default:
		c := n.words.get(word)
		c.unbind(key, at, it)
		if c.empty() {
			n.words.remove(word)
		}
	}
}

func unbindBelow(p *atomic.Pointer[node], key string, at int, it *item[Destination]) {
	c := p.Load()
	c.unbind(key, at, it)
	if c.empty() {
		p.Store(nil)
	}
}

func (n *node) empty() bool { return n.here.live == 0 && n.leaf() }

// leaf reports whether no longer binding key passes through n.
func (n *node) leaf() bool {
	return n.star.Load() == nil && n.hash.Load() == nil && n.words.empty()
}

// first is where the first word of key begins; past the end when there is none.
func first(key string) int {
	if key == "" {
		return 1
	}
	return 0
}

// next is the word of key at a position, and where the one after it begins:
// past the end of key when it was the last.
func next(key string, at int) (word string, after int) {
	if i := strings.IndexByte(key[at:], '.'); i >= 0 {
		return key[at : at+i], at + i + 1
	}
	return key[at:], len(key) + 1
}

func (t *topic) Route(_ *message.Message, key string, into *Set) {
	w := walk{key: key, into: into}
	w.visit(&t.root, first(key), 0)
	into.visited.reset()
}

// walk is one routing key on its way through the trie.
type walk struct {
	key  string
	into *Set
}

// state is a node reached with a part of the key left.
type state struct {
	n  *node
	at int
}

// visit goes to n with the words of the key from at on, having passed some
// hashes. With one hash behind it every state is reached in one way; with
// more, in as many ways as there are to share out the words among them, so
// from there on states are remembered. A key of w words then costs at most w
// visits to each node.
func (w *walk) visit(n *node, at, hashes int) {
	if hashes > 1 && !w.into.visited.add(state{n, at}) {
		return
	}
	w.match(n, at, hashes)
}

// match adds what matches at n and below.
func (w *walk) match(n *node, at, hashes int) {
	if h := n.hash.Load(); h != nil {
		w.skip(h, at, hashes+1)
	}
	if at > len(w.key) {
		w.into.addAll(&n.here)
		return
	}
	word, after := next(w.key, at)
	if c := n.words.get(word); c != nil {
		w.visit(c, after, hashes)
	}
	if c := n.star.Load(); c != nil {
		w.visit(c, after, hashes)
	}
}

// skip goes to a hash's node with every number of words left. Whoever was
// there before with as many left went through all smaller numbers too.
func (w *walk) skip(h *node, at, hashes int) {
	if h.leaf() {
		at = len(w.key) + 1
	}
	for {
		if hashes > 1 && !w.into.visited.add(state{h, at}) {
			return
		}
		w.match(h, at, hashes)
		if at > len(w.key) {
			return
		}
		_, at = next(w.key, at)
	}
}
