package vhost

// removal collects what goes when something goes: a queue or exchange takes
// its bindings along, and an auto-delete exchange goes with its last binding.
// It is used with the vhost's topology lock held.
type removal struct {
	v         *Vhost
	by        Actor
	exchanges map[*Exchange]struct{}
	queues    []*Queue
	bindings  map[*Binding]struct{}
	left      map[*Exchange]int // bindings that stay
}

func newRemoval(v *Vhost, by Actor) *removal {
	return &removal{
		v: v, by: by, exchanges: map[*Exchange]struct{}{}, bindings: map[*Binding]struct{}{}, left: map[*Exchange]int{},
	}
}

func (r *removal) exchange(x *Exchange) {
	if _, ok := r.exchanges[x]; ok {
		return
	}
	r.exchanges[x] = struct{}{}
	for _, b := range x.bindings {
		r.binding(b)
	}
	for b := range x.inbound {
		r.binding(b)
	}
}

func (r *removal) queue(q *Queue) {
	r.queues = append(r.queues, q)
	for b := range q.inbound {
		r.binding(b)
	}
}

func (r *removal) binding(b *Binding) {
	if _, ok := r.bindings[b]; ok {
		return
	}
	r.bindings[b] = struct{}{}
	x := b.Source
	if _, ok := r.left[x]; !ok {
		r.left[x] = len(x.bindings)
	}
	r.left[x]--
	if r.left[x] == 0 && x.AutoDelete {
		r.exchange(x)
	}
}

// carryOut stores the removal, and then takes everything out of the vhost.
// The queues themselves are the caller's to close.
func (r *removal) carryOut() error {
	if err := r.v.keep(r.changes(true)); err != nil {
		return err
	}
	r.takeOut()
	for x := range r.exchanges {
		x.closeCache(true)
	}
	r.v.notify(r.by, r.changes(false)...)
	return nil
}

func (r *removal) takeOut() {
	v := r.v
	defer v.passages.forget(r.exchanges, r.queues)
	v.mu.Lock()
	defer v.mu.Unlock()
	for b := range r.bindings {
		b.detach()
	}
	for x := range r.exchanges {
		delete(v.exchange, x.Name)
		if !x.system() {
			v.options.Exchanges.add(-1)
		}
	}
	for _, q := range r.queues {
		delete(v.queue, q.Name)
		delete(v.owned[q.Owner], q)
		if !IsReply(q.Name) {
			v.countQueues(-1)
		}
	}
	v.version.Add(1)
}

// changes is what goes, all of it or what is stored of it.
func (r *removal) changes(stored bool) (list []Change) {
	for b := range r.bindings {
		if !stored || b.durable() {
			list = append(list, Change{Forget: true, Binding: b})
		}
	}
	for x := range r.exchanges {
		if !stored || x.Durable && !x.system() {
			list = append(list, Change{Forget: true, Exchange: x})
		}
	}
	for _, q := range r.queues {
		if !stored || q.durable() {
			list = append(list, Change{Forget: true, Queue: q})
		}
		if stored && q.durable() && q.bequeaths() {
			list = append(list, Change{Will: true, Queue: q})
		}
	}
	return list
}
