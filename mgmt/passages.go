package mgmt

import (
	"cmp"
	"slices"

	"github.com/hutchmq/hutchmq/broker"
)

// resource is a queue or an exchange.
type resource struct {
	Name  string `json:"name"`
	Vhost string `json:"vhost"`
}

// passageStats are what went from an exchange into a queue.
func passageStats(p *broker.Passage, asked *ranges) intoStats {
	past := history{{&p.Past, func() []uint64 { return broker.PassageRow(p) }}}
	return intoStats{p.Count(), past.details(asked.now, asked.messages, 0)}
}

// publishedStats are what a channel published to an exchange.
func publishedStats(p *broker.Published, asked *ranges) publishStats {
	c := counted{p.Traffic(), history{{&p.Past, func() []uint64 { return broker.TrafficRow(p.Traffic()) }}}, asked}
	return c.publishes()
}

// deliveredStats are what a channel got from a queue.
func deliveredStats(d *broker.Delivered, asked *ranges) deliverStats {
	c := counted{d.Traffic(), history{{&d.Past, func() []uint64 { return broker.TrafficRow(d.Traffic()) }}}, asked}
	return c.delivers()
}

func sortedPassages(list []*broker.Passage) []*broker.Passage {
	slices.SortFunc(list, func(a, b *broker.Passage) int {
		return cmp.Or(cmp.Compare(a.Exchange.Name, b.Exchange.Name), cmp.Compare(a.Queue.Name, b.Queue.Name))
	})
	return list
}
