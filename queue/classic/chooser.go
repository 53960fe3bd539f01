package classic

import (
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/filter"
	"github.com/hutchmq/hutchmq/queue"
)

// chooser is what a consumer wishes that does not take what comes.
type chooser struct {
	filter *filter.Filter // nil: it takes everything
	wants  wants
	limit  *limiter // nil: it has none
	until  int64    // it gets nothing before, Unix milliseconds
}

// taste is a filter that consumers have.
type taste struct {
	*filter.Filter
	users int
}

// maxTastes is how many different filters the consumers of a queue may have.
const maxTastes = 32

// chooserOf is what m wishes; nil if nothing.
func chooserOf(m *queue.Member) *chooser {
	c, _ := m.Own.(*chooser)
	return c
}

// wantsOf is what a consumer takes that wishes c.
func wantsOf(c *chooser) wants {
	if c == nil {
		return everything
	}
	return c.wants
}

// newChooser reads the arguments of a consumer; nil when it wishes nothing. It
// refuses with an *amqp.Error.
func (q *Queue) newChooser(o *queue.ConsumeOptions) (*chooser, error) {
	c := &chooser{wants: everything}
	if text, ok := o.Arguments["x-filter"]; ok {
		s, isText := text.(string)
		if !isText {
			return nil, amqp.InvalidArg.New("x-filter", q.Declaration, "{unacceptable_type,"+amqp.TypeName(text)+"}")
		}
		f, err := filter.New(s)
		if err != nil {
			return nil, amqp.InvalidArg.New("x-filter", q.Declaration, err.Error())
		}
		c.filter = f
	}
	rates, err := queue.ConsumerRates(q.Declaration, o.Arguments)
	if err != nil {
		return nil, err
	}
	if len(rates) > 0 {
		c.limit = newLimiters(rates, 0).shared
	}
	if c.filter == nil && c.limit == nil {
		return nil, nil
	}
	return c, nil
}

// admit adds a consumer with its wishes, which may be nil.
func (q *Queue) admit(c queue.Consumer, o queue.ConsumeOptions, wishes *chooser) error {
	if wishes == nil {
		return q.consumers.Add(c, o, q.Declaration)
	}
	if s := q.selection; wishes.filter != nil && s != nil && !s.hasRoom(wishes.filter) {
		return amqp.InvalidArg.New("x-filter", q.Declaration, "too_many_filters")
	}
	if err := q.consumers.Add(c, o, q.Declaration); err != nil {
		return err
	}
	q.consumers.Member(c).Own = wishes
	if q.selection == nil {
		q.startSelection()
	}
	s := q.selection
	s.choosers++
	if wishes.filter != nil {
		s.taste(wishes)
	}
	return nil
}

// dismiss takes a consumer out, with its wishes; false when it was not there.
func (q *Queue) dismiss(c queue.Consumer) bool {
	m := q.consumers.Member(c)
	if !q.consumers.Remove(c) {
		return false
	}
	wishes := chooserOf(m)
	if wishes == nil || q.selection == nil {
		return true
	}
	q.selection.choosers--
	if wishes.filter != nil {
		q.selection.distaste(wishes.filter)
	}
	q.reselect(q.kind.clock())
	return true
}

// tasted is the bit of a filter that some consumer has, -1 if none has it.
func (s *selection) tasted(f *filter.Filter) int {
	for i, t := range s.filters {
		if t != nil && t.Text() == f.Text() {
			return i
		}
	}
	return -1
}

// hasRoom reports whether a consumer with f may come.
func (s *selection) hasRoom(f *filter.Filter) bool {
	return s.tasted(f) >= 0 || len(s.filters) < maxTastes || slices.Contains(s.filters, nil)
}

// taste gives the filter of c its bit. What was looked at without it has to be
// looked at again.
func (s *selection) taste(c *chooser) {
	i := s.tasted(c.filter)
	if i < 0 {
		if i = slices.Index(s.filters, nil); i < 0 {
			i = len(s.filters)
			s.filters = append(s.filters, nil)
		}
		s.filters[i] = &taste{Filter: c.filter}
		s.again = true
	}
	s.filters[i].users++
	c.wants = 1 << i
}

// distaste notes that a consumer with f has left.
func (s *selection) distaste(f *filter.Filter) {
	i := s.tasted(f)
	if s.filters[i].users--; s.filters[i].users == 0 {
		s.filters[i] = nil
	}
}
