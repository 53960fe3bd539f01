package mgmt

import (
	"time"

	"github.com/hutchmq/hutchmq/broker"
	contract "github.com/hutchmq/hutchmq/queue"
)

// queueNumbers are what is counted of a queue beside its messageTotals.
type queueNumbers struct {
	totalDetails
	MessageStats         *queueStats `json:"message_stats,omitempty"`
	MessagesRAM          int         `json:"messages_ram"`
	MessagesPersistent   int         `json:"messages_persistent"`
	MessagesDelayed      int         `json:"messages_delayed"` // wait for their retry
	DelayedRetry         string      `json:"delayed_retry"`    // which of those that come back wait
	ReadyRAM             int         `json:"messages_ready_ram"`
	UnackedRAM           int         `json:"messages_unacknowledged_ram"`
	Bytes                int64       `json:"message_bytes"`
	BytesReady           int64       `json:"message_bytes_ready"`
	BytesUnacked         int64       `json:"message_bytes_unacknowledged"`
	BytesRAM             int64       `json:"message_bytes_ram"`
	BytesPersistent      int64       `json:"message_bytes_persistent"`
	Memory               int64       `json:"memory"`
	Consumers            int         `json:"consumers"`
	ConsumerCapacity     float64     `json:"consumer_capacity"`    // the share of time in which consumers
	ConsumerUtilisation  float64     `json:"consumer_utilisation"` // take messages at once
	ExclusiveConsumerTag *string     `json:"exclusive_consumer_tag"`
	SingleActiveTag      *string     `json:"single_active_consumer_tag"`
	HeadMessageTimestamp *uint64     `json:"head_message_timestamp"`   // Unix seconds
	HeadMessageSince     *int64      `json:"head_message_enqueued_at"` // ours: Unix milliseconds
	Parking              *parking    `json:"parking,omitempty"`        // ours: of groups, limits and filters
	IdleSince            string      `json:"idle_since,omitempty"`
	OwnerDetails         *farEnd     `json:"owner_pid_details,omitempty"`
	Deduplication        *cache      `json:"deduplication,omitempty"` // ours
	StorageVersion       int         `json:"storage_version"`
}

// parking is about messages that others may overtake.
type parking struct {
	Parked          int   `json:"parked"`
	Groups          int   `json:"groups"`
	GroupsBlocked   int   `json:"groups_blocked"`
	Limiters        int   `json:"limiters"`
	LimitersBlocked int   `json:"limiters_blocked"`
	ThrottledMs     int64 `json:"throttled_ms"`
	Throttled       bool  `json:"throttled"`
}

// showParking is nil for a queue whose first message always goes next.
func showParking(p *contract.Parking) *parking {
	if p == nil {
		return nil
	}
	return &parking{p.Parked, p.Groups, p.GroupsBlocked, p.Limiters, p.LimitersBlocked, p.ThrottledMs, p.Throttled}
}

// storageVersion is which of RabbitMQ's classic queues ours are like: not all
// their messages are in memory.
const storageVersion = 2

// idleAfter is how long after it last did something a thing is idle.
const idleAfter = 5 * time.Second

// idleSince is at as RabbitMQ prints it, "" when that is but a moment ago.
func idleSince(at, now time.Time) string {
	if now.Sub(at) < idleAfter {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05.000-07:00")
}

// addNumbers has shown tell what is counted of q.
func (a *API) addNumbers(shown *queue, q *broker.Queue, asked *ranges) {
	p, head := q.Picture(), q.Head()
	past := history{{&q.Past, func() []uint64 { return broker.QueueRow(q) }}}
	c := counted{p.Traffic, past, asked}
	capacity := consumerCapacity(p.Consumers, q)
	t := sumTotals(p.Ready, p.Unacked, p.Delayed)
	shown.messageTotals = &t
	shown.queueNumbers = &queueNumbers{
		totalDetails: showTotalDetails(past, asked), MessageStats: c.queue(),
		// What is with a consumer is in memory.
		MessagesRAM: p.Resident + p.Unacked, ReadyRAM: p.Resident, UnackedRAM: p.Unacked,
		MessagesPersistent: p.Persistent + p.UnackedPersistent,
		MessagesDelayed:    p.Delayed, DelayedRetry: p.Retry.Type(),
		Bytes: p.ReadyBytes + p.UnackedBytes + p.DelayedBytes, BytesReady: p.ReadyBytes, BytesUnacked: p.UnackedBytes,
		BytesRAM:        p.ResidentBodyBytes + p.UnackedBytes,
		BytesPersistent: p.PersistentBytes + p.UnackedPersistentBytes, Memory: p.MemoryBytes,
		Consumers: p.Consumers, ConsumerCapacity: capacity, ConsumerUtilisation: capacity,
		ExclusiveConsumerTag: orNull(p.ExclusiveTag), SingleActiveTag: orNull(p.SingleActiveTag),
		HeadMessageTimestamp: unlessZero(head.Timestamp), HeadMessageSince: unlessZero(head.SinceMs),
		Parking:   showParking(p.Parking),
		IdleSince: idleSince(time.UnixMilli(p.ActiveMs), asked.now), OwnerDetails: a.ownerOf(q),
		StorageVersion: storageVersion, Deduplication: showQueueCache(q, &p),
	}
}

// consumerCapacity is the share of the last seconds in which no message had to
// wait for a consumer; 0 when there is no consumer.
func consumerCapacity(consumers int, q *broker.Queue) float64 {
	if consumers == 0 {
		return 0
	}
	return min(max(1-q.Past.Rate(broker.StalledMs)/1000, 0), 1)
}

func unlessZero[N int64 | uint64](n N) *N {
	if n == 0 {
		return nil
	}
	return &n
}

// ownerOf is the connection that has q to itself.
func (a *API) ownerOf(q *broker.Queue) *farEnd {
	if q.Owner == 0 {
		return nil
	}
	c := a.broker.ConnectionByID(q.Owner)
	if c == nil {
		return nil
	}
	p := farEndOf(c)
	return &p
}

// queueTraffic are who deals with a queue.
type queueTraffic struct {
	ConsumerDetails []consumer      `json:"consumer_details"`
	Incoming        []incomingQueue `json:"incoming"`
	Deliveries      []delivery      `json:"deliveries"`
}

// incomingQueue is what an exchange put into a queue.
type incomingQueue struct {
	Exchange resource  `json:"exchange"`
	Stats    intoStats `json:"stats"`
}

// delivery is what a channel got from a queue.
type delivery struct {
	Channel channelRef   `json:"channel_details"`
	Stats   deliverStats `json:"stats"`
}

func (a *API) queueTraffic(q *broker.Queue, asked *ranges) *queueTraffic {
	t := queueTraffic{[]consumer{}, []incomingQueue{}, []delivery{}}
	for _, c := range broker.ConsumersOf(q) {
		t.ConsumerDetails = append(t.ConsumerDetails, a.showConsumer(&c))
	}
	for _, p := range sortedPassages(q.Incoming()) {
		t.Incoming = append(t.Incoming, incomingQueue{resource{p.Exchange.Name, q.Vhost}, passageStats(p, asked)})
	}
	for _, d := range a.broker.DeliveredFrom(q) {
		t.Deliveries = append(t.Deliveries, delivery{a.refer(d.Session), deliveredStats(d, asked)})
	}
	return &t
}
