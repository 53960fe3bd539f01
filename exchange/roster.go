package exchange

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
)

// roster holds the bindings of an exchange that chooses one of them. Their
// order does not depend on that of binding, so that the choice is the same
// after a restart. A reader has a slice that never changes; to bind copies it,
// eight bytes a binding, unless what comes is last. The zero value is empty.
type roster struct {
	now atomic.Pointer[[]*candidate]
}

// candidate is a binding as a choice. A destination that is bound more than
// once is a candidate as often.
type candidate struct {
	to        Destination
	hash      uint64 // of the label
	weight    float64
	label     string // tells the destination from all others, also after a restart
	key       string
	arguments string // canonical
}

func newCandidate(b Binding, weight float64) *candidate {
	// A queue and an exchange may have the same name.
	label := fmt.Sprintf("%s %T", b.Destination.DestinationName(), b.Destination)
	return &candidate{b.Destination, digest(label), weight, label, b.Key, Canonical(b.Arguments)}
}

func (c *candidate) compare(d *candidate) int {
	return cmp.Or(
		cmp.Compare(c.weight, d.weight), strings.Compare(c.label, d.label),
		strings.Compare(c.key, d.key), strings.Compare(c.arguments, d.arguments),
	)
}

// list is all candidates, by weight and then by label. Any goroutine; not to
// be changed.
func (r *roster) list() []*candidate {
	if l := r.now.Load(); l != nil {
		return *l
	}
	return nil
}

// add puts c in; false when it is there.
func (r *roster) add(c *candidate) bool {
	l := r.list()
	i, there := slices.BinarySearchFunc(l, c, (*candidate).compare)
	if there {
		return false
	}
	if i == len(l) { // beyond what any reader sees of the same memory
		l = append(l, c)
	} else {
		l = slices.Concat(l[:i], []*candidate{c}, l[i:])
	}
	r.now.Store(&l)
	return true
}

// remove takes c out; false when it is not there.
func (r *roster) remove(c *candidate) bool {
	l := r.list()
	i, there := slices.BinarySearchFunc(l, c, (*candidate).compare)
	if !there {
		return false
	}
	l = slices.Concat(l[:i], l[i+1:])
	r.now.Store(&l)
	return true
}
