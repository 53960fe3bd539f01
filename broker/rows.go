package broker

import (
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// The rows of histories, as they are now: what Track.Samples wants.

// QueueRow is the row of a queue.
func QueueRow(q *Queue) []uint64 {
	p := q.Picture()
	return appendQueue(nil, &p)
}

func appendQueue(row []uint64, p *queue.Picture) []uint64 {
	row = append(row, p.Traffic[:]...)
	return append(row, uint64(p.Ready), uint64(p.Unacked), uint64(p.StalledMs))
}

// ExchangeRow is the row of an exchange.
func ExchangeRow(x *Exchange) []uint64 { return appendExchange(nil, x) }

func appendExchange(row []uint64, x *Exchange) []uint64 {
	t := x.Traffic()
	return append(row, t[queue.PublishedIn], t[queue.PublishedOut])
}

// PassageRow is the row of a passage.
func PassageRow(p *Passage) []uint64 { return []uint64{p.Count()} }

// TrafficRow is the row of a session, and of what it published or was
// delivered, whose traffic is t.
func TrafficRow(t queue.Traffic) []uint64 { return t[:] }

// Row is the row of a connection.
func (c *Connection) Row() []uint64 { return c.appendRow(nil) }

func (c *Connection) appendRow(row []uint64) []uint64 {
	o := c.Octets()
	return append(row, o.Received, o.Reads, o.Sent, o.Writes)
}

// VhostRow is the row of a vhost.
func (b *Broker) VhostRow(name string) []uint64 {
	v, err := b.Vhost(name)
	if err != nil {
		return make([]uint64, vhostColumns)
	}
	var l sums
	for _, q := range v.Queues() {
		l.addStat(q.Stat())
	}
	a := b.ActivityIn(name)
	l.traffic, l.octets = a.Traffic, a.Octets
	return l.append(nil)
}

// Row is the row of the node.
func (b *Broker) Row() []uint64 {
	t, a := b.Totals(), b.Activity()
	l := sums{traffic: a.Traffic, octets: a.Octets, ready: uint64(t.Ready), unacked: uint64(t.Unacked)}
	return b.appendNode(l.append(nil))
}

// sums is what a vhost, or the node, does.
type sums struct {
	traffic        queue.Traffic
	octets         Octets
	ready, unacked uint64
	bytes          uint64 // of both, in queues
}

func (l *sums) addStat(s queue.Stat) {
	l.ready += uint64(s.Ready)
	l.unacked += uint64(s.Unacked)
}

func (l *sums) add(o *sums) {
	l.traffic.Add(&o.traffic)
	l.octets.add(o.octets)
	l.ready += o.ready
	l.unacked += o.unacked
}

func (l *sums) append(row []uint64) []uint64 {
	row = append(row, l.traffic[:]...)
	return append(row, l.ready, l.unacked, l.octets.Received, l.octets.Sent)
}

// appendNode appends what the row of the node has after that of a vhost.
func (b *Broker) appendNode(row []uint64) []uint64 {
	n, c := b.Node(), b.Churn()
	row[queue.DiskReads], row[queue.DiskWrites] = b.diskTraffic()
	row = append(row, c.ConnectionsOpened, c.ConnectionsClosed, c.ChannelsOpened, c.ChannelsClosed,
		c.QueuesDeclared, c.QueuesCreated, c.QueuesDeleted)
	row = append(row, uint64(n.MemoryUsed), uint64(n.DiskFree), uint64(n.Files), uint64(n.Sockets),
		uint64(n.Goroutines), n.GCs, n.GCBytes, n.ContextSwitches)
	return appendIO(row, &n.IO)
}

func appendIO(row []uint64, io *store.IO) []uint64 {
	return append(row, io.Reads, io.ReadBytes, io.ReadNs, io.Writes, io.WriteBytes, io.WriteNs, io.Sync.Count, io.Sync.Sum)
}

// diskTraffic is how many messages were read from disk and written to it.
func (b *Broker) diskTraffic() (reads, writes uint64) {
	for _, t := range b.vopts.QueueTypes {
		if c, ok := t.(queue.Counted); ok {
			r, w := c.DiskTraffic()
			reads, writes = reads+r, writes+w
		}
	}
	return reads, writes
}
