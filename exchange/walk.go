package exchange

// walk is one routing key on its way through the trie. Positions are where a
// word of the key begins; the last one, past the end, has none left.
//
// Every node is visited once at most. Up to the first # it is reached at one
// position; below, at several, as the # may stand for more words or fewer, and
// the walk carries all of them along. (Following each alone takes as many
// steps as there are ways to share out the words: six # and forty words made
// half a second.)
type walk struct {
	key  string
	into *Set
}

func (w *walk) end() int { return len(w.key) + 1 }

// visit adds what matches at n and below, reached at one position.
func (w *walk) visit(n *node, at int) {
	if h := n.hash.Load(); h != nil {
		w.skip(h, at)
	}
	if at == w.end() {
		w.into.addAll(&n.here)
		return
	}
	word, after := next(w.key, at)
	if c := n.words.get(word); c != nil {
		w.visit(c, after)
	}
	if c := n.star.Load(); c != nil {
		w.visit(c, after)
	}
}

// skip visits a # reached at a position with all from there on.
func (w *walk) skip(h *node, at int) {
	if h.leaf() {
		w.into.addAll(&h.here)
		return
	}
	from := len(w.into.positions)
	for ; at < w.end(); _, at = next(w.key, at) {
		w.push(at)
	}
	w.push(at)
	w.visitAll(h, from)
}

func (w *walk) push(at int) { w.into.positions = append(w.into.positions, at) }

// visitAll is visit with the positions pushed since from, which are in order.
// It takes them off again.
func (w *walk) visitAll(n *node, from int) {
	at := w.into.positions[from:]
	if len(at) == 0 {
		return
	}
	if h := n.hash.Load(); h != nil {
		w.skip(h, at[0])
	}
	if c := n.star.Load(); c != nil {
		w.one(c, at)
	}
	if !n.words.empty() {
		w.some(n, at)
	}
	if at[len(at)-1] == w.end() {
		w.into.addAll(&n.here)
	}
	w.into.positions = w.into.positions[:from]
}

// one visits a * with what is left after one word, whichever it is.
func (w *walk) one(star *node, at []int) {
	from := len(w.into.positions)
	for _, p := range at {
		if p < w.end() {
			_, after := next(w.key, p)
			w.push(after)
		}
	}
	w.visitAll(star, from)
}

// some visits the words below n that stand at one of the positions.
func (w *walk) some(n *node, at []int) {
	for i, p := range at {
		if p == w.end() {
			break
		}
		word, _ := next(w.key, p)
		c := n.words.get(word)
		if c == nil || w.stands(word, at[:i]) {
			continue
		}
		from := len(w.into.positions)
		for _, p := range at[i:] {
			if p == w.end() {
				break
			}
			if other, after := next(w.key, p); other == word {
				w.push(after)
			}
		}
		w.visitAll(c, from)
	}
}

// stands reports whether word is at one of the positions.
func (w *walk) stands(word string, at []int) bool {
	for _, p := range at {
		if other, _ := next(w.key, p); other == word {
			return true
		}
	}
	return false
}
