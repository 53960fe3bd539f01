package exchange

import (
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// Headers routes by the message's headers: the arguments of a binding are the
// headers it asks for, x-match says whether all or any must be there. A void
// argument asks for presence only. Arguments beginning with x- are left out,
// unless x-match ends in -with-x; x-match itself always is.
var Headers Type = headersType{}

type headersType struct{}

func (headersType) Name() string { return "headers" }

func (headersType) New(amqp.Table) (Router, error) {
	return &headers{bonds: bonds{}, rules: map[string]*rule{}}, nil
}

// headers finds rules by the headers they ask for, so that a message looks at
// those only that share a header with it.
type headers struct {
	bonds  bonds
	rules  map[string]*rule // by canonical arguments; for Bind and Unbind
	asked  index[string, values]
	always list[*rule] // all of nothing: they match every message
}

// values are those that rules ask for under one key; void stands for any.
type values = index[value, pair]

// pair is a header with a value, or with any. There is one of each, so a
// message's pairs and a rule's are compared by identity.
type pair struct {
	rules list[*rule] // those to look at when a message has the pair
	uses  int         // rules that ask for it
}

func (h *headers) Check(b Binding) error {
	_, err := matchOf(b.Arguments)
	return err
}

func (h *headers) Bind(b Binding) bool {
	arguments := Canonical(b.Arguments)
	bd, added := h.bonds.add(spot{b.Destination, arguments}, rest{key: b.Key})
	if bd.item == nil {
		r := h.rules[arguments]
		if r == nil {
			r = h.admit(b.Arguments)
			h.rules[arguments] = r
		}
		bd.item = r.to.add(b.Destination)
	}
	return added
}

func (h *headers) Unbind(b Binding) bool {
	arguments := Canonical(b.Arguments)
	last, removed := h.bonds.remove(spot{b.Destination, arguments}, rest{key: b.Key})
	if last == nil {
		return removed
	}
	r := h.rules[arguments]
	r.to.remove(last)
	if r.to.live == 0 {
		delete(h.rules, arguments)
		h.dismiss(r)
	}
	return true
}

// admit makes a rule of arguments that Check has passed, and the index find it.
func (h *headers) admit(arguments amqp.Table) *rule {
	m, _ := matchOf(arguments)
	r := &rule{any: m.any}
	for k, x := range arguments {
		if k != matchKey && (m.withX || !strings.HasPrefix(k, "x-")) {
			r.asks = append(r.asks, h.ask(k, valueOf(x)))
		}
	}
	switch {
	case r.any:
		for _, a := range r.asks {
			r.settle(&a.rules)
		}
	case len(r.asks) == 0:
		r.settle(&h.always)
	default:
		r.settle(&rarest(r.asks).rules)
	}
	return r
}

func (h *headers) dismiss(r *rule) {
	for _, at := range r.homes {
		at.in.remove(at.it)
	}
	for _, a := range r.asks {
		h.release(a)
	}
}

// ask counts a rule that asks for key with v.
func (h *headers) ask(key string, v value) ask {
	p := h.asked.at(key).at(v)
	p.uses++
	return ask{p, key, v}
}

func (h *headers) release(a ask) {
	if a.uses--; a.uses > 0 {
		return
	}
	under := h.asked.get(a.key)
	under.remove(a.value)
	if under.n == 0 {
		h.asked.remove(a.key)
	}
}

// Volatile implements Volatile: headers decide.
func (*headers) Volatile() {}

func (h *headers) Route(m *message.Message, _ string, into *Set) {
	addRules(&h.always, into)
	if h.asked.empty() {
		return
	}
	amqp.EachField(amqp.HeadersTable(m.Header), func(key []byte, v amqp.RawValue) bool {
		h.look(key, v, into)
		return true
	})
	for _, p := range into.found.list {
		addRules(&p.rules, into)
	}
	into.keys.reset()
	into.found.reset()
	into.passed.reset()
}

// look notes the pairs of one header of the message.
func (h *headers) look(key []byte, v amqp.RawValue, into *Set) {
	under := h.asked.get(borrow(key))
	if under == nil || !into.keys.add(under) { // of a key that comes twice the first counts
		return
	}
	if p := under.get(void); p != nil {
		into.found.add(p)
	}
	if p := under.get(rawValue(v)); p != nil {
		into.found.add(p)
	}
}

// addRules adds where the rules of l lead that match.
func addRules(l *list[*rule], into *Set) {
	slots := l.view()
	for i := range slots {
		if it := slots[i].Load(); it != nil && it.value.match(into) {
			into.addAll(&it.value.to)
		}
	}
}
