package exchange

// bonds remembers who is bound where and how often, for Bind and Unbind. A
// destination may have many bindings in one place, of which routing sees one:
// it is there from the first to the last.
type bonds map[spot]*bond

// spot is a destination in a place: what a router tells apart when it routes.
type spot struct {
	to    Destination
	place string
}

// rest is what tells bindings of one spot apart, though routing does not care.
type rest struct{ key, arguments string }

type bond struct {
	item   *item[Destination] // its entry where the router looks
	plain  bool               // bound with nothing else to tell; the usual case
	others map[rest]struct{}  // bound with these
}

// add notes a binding; false when it was there. A bond without an item is new,
// and the caller gives it one.
func (b bonds) add(s spot, r rest) (bd *bond, added bool) {
	bd = b[s]
	if bd == nil {
		bd = &bond{}
		b[s] = bd
	}
	if r == (rest{}) {
		added, bd.plain = !bd.plain, true
		return bd, added
	}
	if _, there := bd.others[r]; there {
		return bd, false
	}
	if bd.others == nil {
		bd.others = map[rest]struct{}{}
	}
	bd.others[r] = struct{}{}
	return bd, true
}

// remove forgets a binding; false when it was not there. When it was the last
// of its spot, the item comes back, for the caller to take it out.
func (b bonds) remove(s spot, r rest) (last *item[Destination], removed bool) {
	bd := b[s]
	if bd == nil || !bd.forget(r) {
		return nil, false
	}
	if bd.plain || len(bd.others) > 0 {
		return nil, true
	}
	delete(b, s)
	return bd.item, true
}

func (bd *bond) forget(r rest) (was bool) {
	if r == (rest{}) {
		was, bd.plain = bd.plain, false
		return was
	}
	_, was = bd.others[r]
	delete(bd.others, r)
	return was
}
