package mgmt

import "github.com/hutchmq/hutchmq/broker"

// vhostNumbers are what is counted of a vhost.
type vhostNumbers struct {
	lengths
	MessageStats    *channelStats `json:"message_stats,omitempty"`
	Received        uint64        `json:"recv_oct"`
	ReceivedDetails details       `json:"recv_oct_details"`
	Sent            uint64        `json:"send_oct"`
	SentDetails     details       `json:"send_oct_details"`
}

// showCounted is v with what is counted of it.
func (a *API) showCounted(v *broker.Vhost, detail queueDetail, asked *ranges) vhost {
	shown := a.showVhost(v)
	if detail != everything {
		return shown
	}
	activity, past := a.broker.ActivityIn(v.Name), history{a.pastOf(v)}
	t := broker.MessagesIn(v)
	n := counted{activity.Traffic, past, asked}
	shown.vhostNumbers = &vhostNumbers{
		lengths:      *showLengths(t.Ready, t.Unacked, t.Delayed, past, asked),
		MessageStats: n.channel(),
		Received:     activity.Octets.Received, ReceivedDetails: past.details(asked.now, asked.data, broker.VhostReceived),
		Sent: activity.Octets.Sent, SentDetails: past.details(asked.now, asked.data, broker.VhostSent),
	}
	return shown
}
