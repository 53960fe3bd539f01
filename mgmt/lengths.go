package mgmt

import "github.com/hutchmq/hutchmq/broker"

// messageTotals are how many messages are in a queue, a vhost or the node.
type messageTotals struct {
	Messages uint64 `json:"messages"`
	Ready    uint64 `json:"messages_ready"`
	Unacked  uint64 `json:"messages_unacknowledged"`
}

// totalDetails are how messageTotals change.
type totalDetails struct {
	MessagesDetails details `json:"messages_details"`
	ReadyDetails    details `json:"messages_ready_details"`
	UnackedDetails  details `json:"messages_unacknowledged_details"`
}

// lengths are messageTotals and how they change.
type lengths struct {
	messageTotals
	totalDetails
}

// sumTotals makes the sum of all messages: those that wait for their retry are
// neither ready nor unacknowledged.
func sumTotals(ready, unacked, delayed int) messageTotals {
	return messageTotals{uint64(ready + unacked + delayed), uint64(ready), uint64(unacked)}
}

func showTotalDetails(past history, asked *ranges) totalDetails {
	of := func(columns ...int) details { return past.details(asked.now, asked.lengths, columns...) }
	return totalDetails{of(broker.Ready, broker.Unacked), of(broker.Ready), of(broker.Unacked)}
}

func showLengths(ready, unacked, delayed int, past history, asked *ranges) *lengths {
	return &lengths{sumTotals(ready, unacked, delayed), showTotalDetails(past, asked)}
}
