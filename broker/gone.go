package broker

import "github.com/hutchmq/hutchmq/queue"

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

// in are the totals that something in a vhost counts in.
func (g *gone) in(vhostName string) [2]*Activity {
	a := g.vhosts[vhostName]
	if a == nil {
		a = &Activity{}
		g.vhosts[vhostName] = a
	}
	return [...]*Activity{a, &g.node}
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
	defer b.mu.RUnlock()
	a := b.gone.node.copy()
	for s := range b.sessions {
		a.addSession(s)
	}
	for _, c := range b.connections {
		a.Octets.add(c.Octets())
	}
	return a
}

// ActivityIn is what was done in a vhost since it is there, or the node started.
func (b *Broker) ActivityIn(vhostName string) Activity {
	b.mu.RLock()
	defer b.mu.RUnlock()
	var a Activity
	if g := b.gone.vhosts[vhostName]; g != nil {
		a = g.copy()
	}
	for s := range b.sessions {
		if s.v.Name == vhostName {
			a.addSession(s)
		}
	}
	for _, c := range b.connections {
		if c.v.Name == vhostName {
			a.Octets.add(c.Octets())
		}
	}
	return a
}
