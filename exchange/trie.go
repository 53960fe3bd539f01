package exchange

import (
	"strings"
	"sync/atomic"
)

// node is a place in the trie of binding keys.
type node struct {
	words index[string, node]
	star  atomic.Pointer[node]
	hash  atomic.Pointer[node]
	here  list[Destination] // bound with the key that ends here
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
