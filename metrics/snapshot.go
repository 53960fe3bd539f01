package metrics

import (
	"regexp"
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/listener"
	"github.com/hutchmq/hutchmq/queue"
)

// snapshot is the broker as one page shows it. What a page does not show is
// not asked for; what several tables show is asked for once.
type snapshot struct {
	b                 *broker.Broker
	endpoint, version string
	filter            filter
	now               time.Time
	certificates      func() []listener.Certificate

	queues    once[[]queueRow]
	exchanges once[[]exchangeRow]
	sessions  once[[]*broker.Session]
	channels  once[[]channelRow]
	published once[[]trafficRow]
	delivered once[[]trafficRow]
	clients   once[[]connectionRow]
	passages  once[[]passageRow]
	node      once[broker.Node]
	activity  once[broker.Activity]
}

// once is something that is found out when it is asked for first.
type once[T any] struct {
	known bool
	value T
}

func (o *once[T]) get(find func() T) T {
	if !o.known {
		o.known, o.value = true, find()
	}
	return o.value
}

// filter says which objects are shown; the zero filter shows all.
type filter struct {
	vhosts map[string]bool // nil: all
	queues *regexp.Regexp  // nil: all
}

func (f *filter) vhost(name string) bool { return f.vhosts == nil || f.vhosts[name] }

func (f *filter) queue(q *broker.Queue) bool {
	return f.vhost(q.Vhost) && (f.queues == nil || f.queues.MatchString(q.Name))
}

// queueRow is a queue.
type queueRow struct {
	labels []byte
	q      *broker.Queue
	now    time.Time
	head   queue.Head
	queue.Picture
}

func (s *snapshot) allQueues() []queueRow {
	return s.queues.get(func() (rows []queueRow) {
		for _, v := range s.b.Vhosts() {
			if !s.filter.vhost(v.Name) {
				continue
			}
			queues := v.Queues()
			if s.filter.queues == nil {
				rows = slices.Grow(rows, len(queues))
			}
			for _, q := range queues {
				if !s.filter.queue(q) {
					continue
				}
				r := queueRow{labels: label("vhost", q.Vhost, "queue", q.Name), q: q, now: s.now, Picture: q.Picture()}
				if r.Ready > 0 {
					r.head = q.Head()
				}
				rows = append(rows, r)
			}
		}
		return rows
	})
}

// exchangeRow is an exchange.
type exchangeRow struct {
	labels, typed []byte // typed: with the type
	x             *broker.Exchange
	queue.Traffic
}

func (s *snapshot) allExchanges() []exchangeRow {
	return s.exchanges.get(func() (rows []exchangeRow) {
		for _, v := range s.b.Vhosts() {
			if !s.filter.vhost(v.Name) {
				continue
			}
			for _, x := range v.Exchanges() {
				r := exchangeRow{x: x, labels: label("vhost", v.Name, "exchange", x.Name), Traffic: x.Traffic()}
				r.typed = appendLabel(r.labels[:len(r.labels):len(r.labels)], "type", x.Kind)
				answers := x.Answers()
				r.Add(&answers)
				rows = append(rows, r)
			}
		}
		return rows
	})
}

// passageRow is what went from an exchange into a queue.
type passageRow struct {
	labels, both []byte // both: with the vhosts of both
	count        uint64
}

func (s *snapshot) allPassages() []passageRow {
	return s.passages.get(func() (rows []passageRow) {
		for _, x := range s.allExchanges() {
			for _, p := range x.x.Outgoing() {
				if q := p.Queue; s.filter.queue(q) {
					rows = append(rows, passageRow{
						labels: appendLabel(x.labels[:len(x.labels):len(x.labels)], "queue", q.Name),
						both:   label("queue_vhost", q.Vhost, "queue", q.Name, "exchange_vhost", q.Vhost, "exchange", x.x.Name),
						count:  p.Count(),
					})
				}
			}
		}
		return rows
	})
}

func (s *snapshot) allSessions() []*broker.Session {
	return s.sessions.get(func() (list []*broker.Session) {
		for _, one := range s.b.Sessions() {
			if s.filter.vhost(one.VhostName()) {
				list = append(list, one)
			}
		}
		return list
	})
}

// channelRow is a channel.
type channelRow struct {
	labels []byte
	broker.ChannelState
}

func (s *snapshot) allChannels() []channelRow {
	return s.channels.get(func() (rows []channelRow) {
		for _, one := range s.allSessions() {
			rows = append(rows, channelRow{label("channel", one.Name()), one.State()})
		}
		return rows
	})
}

// trafficRow is what a channel did at an exchange, or at a queue.
type trafficRow struct {
	labels []byte
	queue.Traffic
}

func (s *snapshot) allPublished() []trafficRow {
	return s.published.get(func() (rows []trafficRow) {
		for _, one := range s.allSessions() {
			for _, p := range one.Published() {
				rows = append(rows, trafficRow{
					label("channel", one.Name(), "vhost", one.VhostName(), "exchange", p.Exchange.Name), p.Traffic(),
				})
			}
		}
		return rows
	})
}

func (s *snapshot) allDelivered() []trafficRow {
	return s.delivered.get(func() (rows []trafficRow) {
		for _, one := range s.allSessions() {
			for _, d := range one.Delivered() {
				if s.filter.queue(d.Queue) {
					rows = append(rows, trafficRow{
						label("channel", one.Name(), "vhost", d.Queue.Vhost, "queue", d.Queue.Name), d.Traffic(),
					})
				}
			}
		}
		return rows
	})
}

// connectionRow is a connection.
type connectionRow struct {
	labels   []byte
	channels int
	blocked  bool
	broker.Octets
}

func (s *snapshot) allConnections() []connectionRow {
	return s.clients.get(func() (rows []connectionRow) {
		for _, c := range s.b.Connections() {
			if s.filter.vhost(c.Vhost().Name) {
				rows = append(rows, connectionRow{label("channel", c.Name), c.Channels(), c.State() == "blocked", c.Octets()})
			}
		}
		return rows
	})
}

func (s *snapshot) nodeNow() broker.Node         { return s.node.get(s.b.Node) }
func (s *snapshot) activityNow() broker.Activity { return s.activity.get(s.b.Activity) }

// totals counts what is shown.
func (s *snapshot) totals() (t broker.Totals) {
	for _, c := range s.allConnections() {
		t.Connections++
		t.Channels += c.channels
	}
	for i := range s.allQueues() {
		q := &s.queues.value[i]
		t.Queues++
		t.Consumers += q.Consumers
	}
	return t
}

// publishers counts the channels that have published.
func (s *snapshot) publishers() (n int) {
	for _, one := range s.allSessions() {
		if len(one.Published()) > 0 {
			n++
		}
	}
	return n
}
