package broker

// Totals is a node in numbers.
type Totals struct {
	Connections, Channels, Consumers, Queues int
	Ready, Unacked                           int // messages
}

// Totals counts.
func (b *Broker) Totals() (t Totals) {
	for _, c := range b.Connections() {
		t.Connections++
		t.Channels += c.Channels()
	}
	for _, v := range b.Vhosts() {
		for _, q := range v.Queues() {
			s := q.Stat()
			t.Queues++
			t.Consumers += s.Consumers
			t.Ready += s.Ready
			t.Unacked += s.Unacked
		}
	}
	return t
}
