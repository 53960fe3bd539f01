package broker

import (
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

// Activity is what was done in a vhost, or in the whole node, by those who are
// there and those who have gone.
type Activity struct {
	queue.Traffic                          // of channels; what concerns only queues is 0
	ByKind        map[string]queue.Traffic // what was delivered, by kind of queue
	Octets        Octets
}

// gone keeps what sessions and connections have counted after they end, by
// vhost and for the node. Broker.mu guards it.
type gone struct {
	vhosts map[string]*Activity
	node   Activity
}

// keep has the totals of a vhost and of the node count something that goes. The
// vhost may have gone before. b.mu is held.
func (b *Broker) keep(vhostName string, count func(a *Activity)) {
	count(&b.gone.node)
	if b.vhosts[vhostName] == nil {
		return
	}
	a := b.gone.vhosts[vhostName]
	if a == nil {
		a = &Activity{}
		b.gone.vhosts[vhostName] = a
	}
	count(a)
}

// addSession counts what s has done.
func (a *Activity) addSession(s *Session) {
	published := s.publisher.Traffic()
	a.Traffic.Add(&published)
	s.counting.Lock()
	defer s.counting.Unlock()
	for kind, c := range s.kinds {
		t := c.Traffic()
		a.add(kind, &t)
	}
}

// add counts what was delivered from a kind of queue.
func (a *Activity) add(kind string, t *queue.Traffic) {
	a.Traffic.Add(t)
	if a.ByKind == nil {
		a.ByKind = map[string]queue.Traffic{}
	}
	sum := a.ByKind[kind]
	sum.Add(t)
	a.ByKind[kind] = sum
}

// copy is a for the caller to go on counting in.
func (a *Activity) copy() Activity {
	c := Activity{Traffic: a.Traffic, Octets: a.Octets}
	for kind, t := range a.ByKind {
		var own queue.Traffic
		own.Add(&t)
		if c.ByKind == nil {
			c.ByKind = map[string]queue.Traffic{}
		}
		c.ByKind[kind] = own
	}
	return c
}

// Activity is what was done in the node since it started.
func (b *Broker) Activity() Activity {
	b.mu.RLock()
	a := b.gone.node.copy()
	b.addLiving(&a, "")
	b.mu.RUnlock()
	a.Traffic[queue.DiskReads], a.Traffic[queue.DiskWrites] = b.diskTraffic()
	return a
}

// ActivityIn is what was done in a vhost since it is there, or the node started.
func (b *Broker) ActivityIn(vhostName string) (a Activity) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if g := b.gone.vhosts[vhostName]; g != nil {
		a = g.copy()
	}
	b.addLiving(&a, vhostName)
	return a
}

// addLiving adds what sessions and connections have done that are there, in a
// vhost, or anywhere when that is "". b.mu is held.
func (b *Broker) addLiving(a *Activity, vhostName string) {
	for s := range b.sessions {
		if vhostName == "" || s.v.Name == vhostName {
			a.addSession(s)
		}
	}
	for _, c := range b.connections {
		if vhostName == "" || c.v.Name == vhostName {
			a.Octets.add(c.Octets())
		}
	}
}

// addLoads adds what was done in each vhost, and in the node.
func (b *Broker) addLoads(node *sums, vhosts map[*vhost.Vhost]*sampled) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	node.traffic, node.octets = b.gone.node.Traffic, b.gone.node.Octets
	for v, l := range vhosts {
		if g := b.gone.vhosts[v.Name]; g != nil {
			l.sums.traffic.Add(&g.Traffic)
			l.sums.octets.add(g.Octets)
		}
	}
	for s := range b.sessions {
		t := s.Traffic()
		node.traffic.Add(&t)
		if l := vhosts[s.v.Vhost]; l != nil {
			l.sums.traffic.Add(&t)
		}
	}
	for _, c := range b.connections {
		o := c.Octets()
		node.octets.add(o)
		if l := vhosts[c.v]; l != nil {
			l.sums.octets.add(o)
		}
	}
}
