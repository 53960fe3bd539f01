package mgmt

import contract "github.com/hutchmq/hutchmq/queue"

// What is in message_stats, by who did it. RabbitMQ shows none of it of what
// never did anything, and neither do we.

// publishStats are what publishers do.
type publishStats struct {
	Publish                 uint64  `json:"publish"`
	PublishDetails          details `json:"publish_details"`
	Confirm                 uint64  `json:"confirm"`
	ConfirmDetails          details `json:"confirm_details"`
	ReturnUnroutable        uint64  `json:"return_unroutable"`
	ReturnUnroutableDetails details `json:"return_unroutable_details"`
	DropUnroutable          uint64  `json:"drop_unroutable"`
	DropUnroutableDetails   details `json:"drop_unroutable_details"`
}

// deliverStats are what consumers do.
type deliverStats struct {
	Deliver             uint64  `json:"deliver"`
	DeliverDetails      details `json:"deliver_details"`
	DeliverNoAck        uint64  `json:"deliver_no_ack"`
	DeliverNoAckDetails details `json:"deliver_no_ack_details"`
	DeliverGet          uint64  `json:"deliver_get"`
	DeliverGetDetails   details `json:"deliver_get_details"`
	Get                 uint64  `json:"get"`
	GetDetails          details `json:"get_details"`
	GetNoAck            uint64  `json:"get_no_ack"`
	GetNoAckDetails     details `json:"get_no_ack_details"`
	GetEmpty            uint64  `json:"get_empty"`
	GetEmptyDetails     details `json:"get_empty_details"`
	Redeliver           uint64  `json:"redeliver"`
	RedeliverDetails    details `json:"redeliver_details"`
	Ack                 uint64  `json:"ack"`
	AckDetails          details `json:"ack_details"`
}

// diskStats are what the store does.
type diskStats struct {
	DiskReads         uint64  `json:"disk_reads"`
	DiskReadsDetails  details `json:"disk_reads_details"`
	DiskWrites        uint64  `json:"disk_writes"`
	DiskWritesDetails details `json:"disk_writes_details"`
}

// intoStats are what came into a queue.
type intoStats struct {
	Publish        uint64  `json:"publish"`
	PublishDetails details `json:"publish_details"`
}

// passStats are what went through an exchange.
type passStats struct {
	PublishIn         uint64  `json:"publish_in"`
	PublishInDetails  details `json:"publish_in_details"`
	PublishOut        uint64  `json:"publish_out"`
	PublishOutDetails details `json:"publish_out_details"`
}

// channelStats are those of a channel, or of all in a vhost.
type channelStats struct {
	publishStats
	deliverStats
}

// nodeStats are those of the node.
type nodeStats struct {
	channelStats
	diskStats
}

// queueStats are those of a queue.
type queueStats struct {
	intoStats
	deliverStats
	diskStats
}

// delivering are the events that deliver_get counts.
var delivering = []int{
	int(contract.Delivered), int(contract.DeliveredNoAck), int(contract.Got), int(contract.GotNoAck),
}

// counted finds the numbers of events: their sum, and how it changes.
type counted struct {
	traffic contract.Traffic
	past    history
	asked   *ranges
}

// of is about one event.
func (c *counted) of(e contract.Event) (uint64, details) { return c.traffic[e], c.changes(int(e)) }

func (c *counted) changes(columns ...int) details {
	return c.past.details(c.asked.now, c.asked.messages, columns...)
}

func (c *counted) publishes() (s publishStats) {
	s.Publish, s.PublishDetails = c.of(contract.Published)
	s.Confirm, s.ConfirmDetails = c.of(contract.Confirmed)
	s.ReturnUnroutable, s.ReturnUnroutableDetails = c.of(contract.Returned)
	s.DropUnroutable, s.DropUnroutableDetails = c.of(contract.Dropped)
	return s
}

func (c *counted) delivers() (s deliverStats) {
	s.Deliver, s.DeliverDetails = c.of(contract.Delivered)
	s.DeliverNoAck, s.DeliverNoAckDetails = c.of(contract.DeliveredNoAck)
	s.DeliverGet, s.DeliverGetDetails = c.traffic.DeliverGet(), c.changes(delivering...)
	s.Get, s.GetDetails = c.of(contract.Got)
	s.GetNoAck, s.GetNoAckDetails = c.of(contract.GotNoAck)
	s.GetEmpty, s.GetEmptyDetails = c.of(contract.GotNothing)
	s.Redeliver, s.RedeliverDetails = c.of(contract.Redelivered)
	s.Ack, s.AckDetails = c.of(contract.Acked)
	return s
}

func (c *counted) disk() (s diskStats) {
	s.DiskReads, s.DiskReadsDetails = c.of(contract.DiskReads)
	s.DiskWrites, s.DiskWritesDetails = c.of(contract.DiskWrites)
	return s
}

func (c *counted) into() (s intoStats) {
	s.Publish, s.PublishDetails = c.of(contract.Published)
	return s
}

// channel is nil when nothing ever happened.
func (c *counted) channel() *channelStats {
	if c.traffic.IsZero() {
		return nil
	}
	return &channelStats{c.publishes(), c.delivers()}
}

func (c *counted) node() *nodeStats {
	return &nodeStats{channelStats{c.publishes(), c.delivers()}, c.disk()}
}

// queue is nil when nothing ever happened.
func (c *counted) queue() *queueStats {
	if c.traffic.IsZero() {
		return nil
	}
	return &queueStats{c.into(), c.delivers(), c.disk()}
}
