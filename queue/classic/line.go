package classic

import "sort"

// line is entries in order of their sequence numbers. One that leaves from the
// middle keeps its place, gone, until it comes to the front or too many have
// left. The first is never gone.
type line struct {
	ring[entry]
	gone int
}

// manyGone is how many entries may be gone before the rest moves together.
const manyGone = 64

// waiting is how many have not gone.
func (w *line) waiting() int { return w.n - w.gone }

// find is the place of the first entry with a sequence number of at least seq.
func (w *line) find(seq uint64) int {
	if w.n == 0 || w.at(0).seq >= seq {
		return 0
	}
	return sort.Search(w.n, func(i int) bool { return w.at(i).seq >= seq })
}

// has finds the entry seq, if it waits here.
func (w *line) has(seq uint64) (i int, ok bool) {
	i = w.find(seq)
	return i, i < w.n && w.at(i).seq == seq && !w.at(i).gone
}

func (w *line) popFront() entry {
	e := w.ring.popFront()
	for w.gone > 0 && w.at(0).gone {
		w.ring.popFront()
		w.gone--
	}
	return e
}

// remove takes the i-th entry out, which has not gone.
func (w *line) remove(i int) entry {
	if i == 0 {
		return w.popFront()
	}
	e := *w.at(i)
	*w.at(i) = entry{seq: e.seq, gone: true}
	w.gone++
	if w.gone > manyGone && w.gone > w.n/2 {
		w.close()
	}
	return e
}

// close moves those together that have not gone.
func (w *line) close() {
	n := 0
	for i := range w.n {
		if e := w.at(i); !e.gone {
			*w.at(n) = *e
			n++
		}
	}
	for i := n; i < w.n; i++ {
		*w.at(i) = entry{}
	}
	w.n, w.gone = n, 0
}

func (w *line) reset() {
	w.ring.reset()
	w.gone = 0
}

// restore puts es, which are sorted, to their places.
func (w *line) restore(es []entry) {
	n := w.len()
	switch {
	case n == 0 || es[0].seq > w.at(n-1).seq:
		for _, e := range es {
			w.pushBack(e)
		}
	case es[len(es)-1].seq < w.at(0).seq:
		for i := len(es) - 1; i >= 0; i-- {
			w.pushFront(es[i])
		}
	default:
		if es = w.reseat(es); len(es) > 0 {
			w.merge(es)
		}
	}
}

// reseat puts those of es to their places that are still kept, and returns the
// others.
func (w *line) reseat(es []entry) (others []entry) {
	for _, e := range es {
		if i := w.find(e.seq); i < w.n && w.at(i).seq == e.seq {
			*w.at(i) = e
			w.gone--
		} else {
			others = append(others, e)
		}
	}
	return others
}

// merge sorts es in. Only the entries in front of the last of es have to move.
func (w *line) merge(es []entry) {
	front := make([]entry, 0, w.find(es[len(es)-1].seq)+len(es))
	for len(es) > 0 {
		if w.len() > 0 && w.at(0).seq < es[0].seq {
			front = append(front, w.popFront())
			continue
		}
		front = append(front, es[0])
		es = es[1:]
	}
	for i := len(front) - 1; i >= 0; i-- {
		w.pushFront(front[i])
	}
}
