package broker

import "slices"

// Totals is a node in numbers.
type Totals struct {
	Connections, Channels, Consumers, Queues, Exchanges int
	Ready, Unacked, Delayed                             int // messages
}

// Totals counts.
func (b *Broker) Totals() (t Totals) {
	t.addClients(b.Connections())
	for _, v := range b.Vhosts() {
		t.addVhost(v)
	}
	return t
}

// TotalsFor counts what is in some vhosts, and the connections of a user.
func (b *Broker) TotalsFor(user string, vhosts []*Vhost) (t Totals) {
	t.addClients(slices.DeleteFunc(b.Connections(), func(c *Connection) bool { return c.User.Name != user }))
	for _, v := range vhosts {
		t.addVhost(v)
	}
	return t
}

func (t *Totals) addClients(list []*Connection) {
	for _, c := range list {
		t.Connections++
		t.Channels += c.Channels()
	}
}

func (t *Totals) addVhost(v *Vhost) {
	t.Exchanges += len(v.Exchanges())
	for _, q := range v.Queues() {
		s := q.Stat()
		t.Queues++
		t.Consumers += s.Consumers
		t.Ready += s.Ready
		t.Unacked += s.Unacked
		t.Delayed += s.Delayed
	}
}

// MessagesIn counts what is in a vhost, connections aside.
func MessagesIn(v *Vhost) (t Totals) {
	t.addVhost(v)
	return t
}
