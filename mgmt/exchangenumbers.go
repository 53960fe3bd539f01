package mgmt

import (
	"github.com/hutchmq/hutchmq/broker"
	contract "github.com/hutchmq/hutchmq/queue"
)

// showCountedExchange is x with what went through it.
func showCountedExchange(x *broker.Exchange, detail queueDetail, asked *ranges) exchange {
	shown := showExchange(x)
	shown.Deduplication = showCache(x)
	t := x.Traffic()
	if detail != everything || t.IsZero() {
		return shown
	}
	past := history{{&x.Past, func() []uint64 { return broker.ExchangeRow(x) }}}
	shown.MessageStats = &passStats{
		t[contract.PublishedIn], past.details(asked.now, asked.messages, broker.ExchangeIn),
		t[contract.PublishedOut], past.details(asked.now, asked.messages, broker.ExchangeOut),
	}
	return shown
}

// exchangeTraffic are who deals with an exchange.
type exchangeTraffic struct {
	Incoming []incomingExchange `json:"incoming"`
	Outgoing []outgoing         `json:"outgoing"`
}

// incomingExchange is what a channel published to an exchange.
type incomingExchange struct {
	Channel channelRef   `json:"channel_details"`
	Stats   publishStats `json:"stats"`
}

// outgoing is what went from an exchange into a queue.
type outgoing struct {
	Queue resource  `json:"queue"`
	Stats intoStats `json:"stats"`
}

func (a *API) exchangeTraffic(x *broker.Exchange, asked *ranges) *exchangeTraffic {
	t := exchangeTraffic{[]incomingExchange{}, []outgoing{}}
	for _, by := range a.broker.PublishedTo(x) {
		t.Incoming = append(t.Incoming, incomingExchange{a.refer(by.Session), publishedStats(by.Published, asked)})
	}
	for _, p := range sortedPassages(x.Outgoing()) {
		t.Outgoing = append(t.Outgoing, outgoing{resource{p.Queue.Name, p.Queue.Vhost}, passageStats(p, asked)})
	}
	return &t
}
