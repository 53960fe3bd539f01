package exchange

// rule is what the bindings with the same arguments ask for.
type rule struct {
	any   bool
	asks  []ask
	homes []home
	to    list[Destination]
}

// ask is one pair of a rule, and where it is in the index.
type ask struct {
	*pair
	key string
	value
}

// home is a list in which a rule is found.
type home struct {
	in *list[*rule]
	it *item[*rule]
}

func (r *rule) settle(in *list[*rule]) { r.homes = append(r.homes, home{in, in.add(r)}) }

// rarest is the ask under which the fewest rules are found so far.
func rarest(asks []ask) *pair {
	best := asks[0]
	for _, a := range asks[1:] {
		if n := a.rules.live - best.rules.live; n < 0 || n == 0 && best.value == void {
			best = a
		}
	}
	return best.pair
}

// match reports whether the pairs found satisfy r, once per message.
func (r *rule) match(into *Set) bool {
	if r.any {
		return len(r.asks) == 1 || into.passed.add(r)
	}
	for i := range r.asks {
		if !into.found.has(r.asks[i].pair) {
			return false
		}
	}
	return true
}
