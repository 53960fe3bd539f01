package vhost

import (
	"sync"
	"sync/atomic"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
)

// Queue is a declared queue: the queue itself, and its place in the vhost.
// The exported fields never change.
type Queue struct {
	queue.Declaration
	queue.Queue
	Kind  string
	Owner uint64 // connection that has it to itself; 0 none
	Past  stats.Track
	Seen  Seen

	from      map[*Exchange]*Passage // guarded by vhost.passages, as is
	gone      bool
	vhost     *Vhost
	paced     queue.Paced           // the queue itself, if it is
	inbound   map[*Binding]struct{} // guarded by vhost.mu
	effective atomic.Pointer[policy.Effective]
	marks     atomic.Pointer[Marks] // nil: none; changed with the topology lock held
	pausing   sync.Mutex            // held while the queue is told to pause or go on
}

// Seen is what whoever samples the past of a queue saw last: it is theirs
// alone.
type Seen struct {
	Known          bool
	Changes        uint64
	Ready, Unacked uint64
	Bytes          uint64 // of both
}

// DestinationName implements exchange.Destination.
func (q *Queue) DestinationName() string { return q.Name }

// String prints the queue as errors do.
func (q *Queue) String() string { return q.Declaration.String() }

// durable reports whether the declaration survives a restart. An exclusive
// queue goes with its connection, so never does.
func (q *Queue) durable() bool { return q.Durable && !q.Exclusive }

// equivalent refuses a declaration that is not the one of q: first another owner,
// then the properties, then the arguments, as RabbitMQ orders them.
func (q *Queue) equivalent(d *queue.Declaration, owner uint64) error {
	if q.Owner != owner && q.Owner != 0 || q.Exclusive != d.Exclusive {
		return amqp.Locked.New(q.Declaration)
	}
	where := q.Declaration.String()
	if err := same(where, "durable", d.Durable, q.Durable); err != nil {
		return err
	}
	if err := same(where, "auto_delete", d.AutoDelete, q.AutoDelete); err != nil {
		return err
	}
	if err := q.sameKind(d); err != nil {
		return err
	}
	for _, a := range queue.Args {
		if a.Key == queueType {
			continue
		}
		if err := q.sameArgument(where, a.Key, d.Arguments); err != nil {
			return err
		}
	}
	return nil
}

// declareAgain counts as use of q when d is its declaration.
func (q *Queue) declareAgain(d *queue.Declaration, owner uint64) error {
	if err := q.equivalent(d, owner); err != nil {
		return err
	}
	if l, ok := q.Queue.(queue.Leased); ok {
		l.Renew()
	}
	return nil
}

// DeclareQueue makes a queue, or finds the equivalent one that is there.
// owner is the connection that declares. An empty name asks for a generated
// one. d.ID and d.Vhost are filled in here.
func (v *Vhost) DeclareQueue(d queue.Declaration, owner uint64) (q *Queue, created bool, err error) {
	return v.As("").DeclareQueue(d, owner)
}

func (v *Vhost) declareQueue(d queue.Declaration, owner uint64, by Actor) (q *Queue, created bool, err error) {
	if err := v.begin(); err != nil {
		return nil, false, err
	}
	defer v.topology.Unlock()
	d.Vhost = v.Name
	if q := v.queue[d.Name]; q != nil && d.Name != "" {
		return q, false, q.declareAgain(&d, owner)
	}
	if reserved(d.Name) {
		return nil, false, amqp.ReservedName.New("queue", d.Name)
	}
	t, err := v.queueType(&d)
	if err != nil {
		return nil, false, err
	}
	if !d.Exclusive {
		owner = 0
	}
	if q, err = v.openQueue(d, t, owner); err != nil {
		return nil, false, err
	}
	v.notify(by, Change{Queue: q})
	return q, true, nil
}

// queueType finds the type d asks for, and has it check d.
func (v *Vhost) queueType(d *queue.Declaration) (queue.Type, error) {
	if k, ok := d.Arguments[queueType]; ok {
		if _, ok := k.(string); !ok {
			return nil, amqp.InvalidArg.New(queueType, d, "{unacceptable_type,"+amqp.TypeName(k)+"}")
		}
	}
	kind := v.KindOf(d)
	t := v.options.QueueTypes[kind]
	switch {
	case t == nil:
		return nil, amqp.UnknownType.New(d, kind)
	case d.Name == "" && kind != classicKind:
		return nil, amqp.ServerNamedType.New("rabbit_" + kind + "_queue")
	case d.Name == "":
		d.Name = GeneratedName()
	}
	return t, t.Check(*d)
}

func (v *Vhost) openQueue(d queue.Declaration, t queue.Type, owner uint64) (q *Queue, err error) {
	if err := v.takeQueue(d.Name); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			v.countQueues(-1)
		}
	}()
	q = &Queue{Declaration: d, Kind: t.Name(), Owner: owner, vhost: v}
	if q.ID, err = v.options.NextID(q.durable()); err != nil {
		return nil, amqp.StorageFailure.New(err)
	}
	if err := q.open(t); err != nil {
		return nil, err
	}
	if q.durable() {
		if err := v.keep([]Change{{Queue: q}}); err != nil {
			q.Close(true)
			return nil, err
		}
	}
	v.addQueue(q)
	return q, nil
}

func (q *Queue) open(t queue.Type) (err error) {
	inner := q.Declaration
	inner.Durable = q.durable() // an exclusive queue has nothing to survive for
	q.adopt()
	inner.Policy = q.Effective().Definition
	inner.Arguments, inner.Amended = q.Current(), q.Marks().Amended != nil
	q.Queue, err = t.Open(inner, host{q})
	q.paced, _ = q.Queue.(queue.Paced)
	return err
}

// RestoreQueue puts back a queue that was kept, with what is stored of it.
// Restored must follow.
func (v *Vhost) RestoreQueue(d queue.Declaration, kind string, m Marks) error {
	v.letters.hold()
	d.Vhost = v.Name
	t := v.options.QueueTypes[kind]
	if t == nil {
		return amqp.UnknownType.New(d, kind)
	}
	q := &Queue{Declaration: d, Kind: kind, vhost: v}
	q.marks.Store(&m)
	if err := q.open(t); err != nil {
		return err
	}
	if m.Paused {
		q.obeyPause()
	}
	v.countQueues(1)
	v.addQueue(q)
	return nil
}

func (v *Vhost) addQueue(q *Queue) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.queue[q.Name] = q
	if q.Owner != 0 {
		if v.owned[q.Owner] == nil {
			v.owned[q.Owner] = map[*Queue]struct{}{}
		}
		v.owned[q.Owner][q] = struct{}{}
	}
	v.version.Add(1)
}

// DeleteQueue removes q and says how many messages were ready in it. Deleting
// what is gone already is no error; a protected queue stays.
func (v *Vhost) DeleteQueue(q *Queue, ifUnused, ifEmpty bool) (int, error) {
	return v.As("").DeleteQueue(q, ifUnused, ifEmpty)
}

func (v *Vhost) deleteQueue(q *Queue, ifUnused, ifEmpty bool, by Actor) (int, error) {
	switch {
	case q.Kind == "quorum" && ifUnused:
		return 0, amqp.QuorumConditionalDel.New(q, "if-unused")
	case q.Kind == "quorum" && ifEmpty:
		return 0, amqp.QuorumConditionalDel.New(q, "if-empty")
	}
	if err := v.begin(); err != nil {
		return 0, err
	}
	defer v.topology.Unlock()
	if v.queue[q.Name] != q {
		return 0, nil
	}
	s := q.Stat()
	switch {
	case q.Marks().Protected:
		return 0, amqp.ProtectedQueue.New(q)
	case ifUnused && s.Consumers > 0:
		return 0, amqp.QueueInUse.New(q)
	case ifEmpty && s.Ready+s.Delayed > 0:
		return 0, amqp.QueueNotEmpty.New(q)
	}
	return s.Ready, v.deleteQueues([]*Queue{q}, by)
}

// deleteUnused removes q if it is there and still has no consumer. While the
// vhost closes, q stays for the next start.
func (v *Vhost) deleteUnused(q *Queue) error {
	if err := v.begin(); err != nil {
		return nil
	}
	defer v.topology.Unlock()
	if v.queue[q.Name] != q || q.Stat().Consumers > 0 {
		return nil
	}
	return v.deleteQueues([]*Queue{q}, Actor{})
}

// DeleteOwned removes the exclusive queues of a connection.
func (v *Vhost) DeleteOwned(owner uint64) error { return v.As("").DeleteOwned(owner) }

func (v *Vhost) deleteOwned(owner uint64, by Actor) error {
	v.topology.Lock()
	defer v.topology.Unlock()
	var queues []*Queue
	v.mu.Lock()
	for q := range v.owned[owner] {
		queues = append(queues, q)
	}
	delete(v.owned, owner)
	v.mu.Unlock()
	if len(queues) == 0 {
		return nil
	}
	return v.deleteQueues(queues, by)
}

func (v *Vhost) deleteQueues(queues []*Queue, by Actor) error {
	r := newRemoval(v, by)
	for _, q := range queues {
		r.queue(q)
	}
	if err := r.carryOut(); err != nil {
		return err
	}
	for _, q := range queues {
		q.end()
	}
	return nil
}

// publishIn publishes as a part of u, if q keeps anything.
func (q *Queue) publishIn(u queue.Unit, burst []queue.Publication) {
	if t, ok := q.Queue.(queue.Transactional); ok && u != nil {
		t.PublishIn(u, burst)
		return
	}
	q.Publish(burst)
}

// SettleIn settles as a part of u, if q keeps anything.
func (q *Queue) SettleIn(u queue.Unit, c queue.Consumer, ds []queue.Delivery, how queue.Outcome) {
	if t, ok := q.Queue.(queue.Transactional); ok && u != nil {
		t.SettleIn(u, c, ds, how)
		return
	}
	q.Settle(c, ds, how)
}

// SingleActive reports whether only one consumer at a time gets deliveries.
func (q *Queue) SingleActive() bool {
	single, _ := q.Arguments["x-single-active-consumer"].(bool)
	return single
}

// ConsumerTimeoutMs is how long a delivery of q may stay unacknowledged: 0 for
// ever, -1 as long as the node says. It takes no lock.
func (q *Queue) ConsumerTimeoutMs() int64 {
	if t, ok := q.Queue.(queue.Timed); ok {
		return t.ConsumerTimeoutMs()
	}
	return -1
}

// LeaseMs is after how long a delivery of q that nobody settles goes back; 0
// never. It takes no lock.
func (q *Queue) LeaseMs() int64 {
	if l, ok := q.Queue.(queue.Lender); ok {
		return l.LeaseMs()
	}
	return 0
}

// Picture is the queue as people look at it.
func (q *Queue) Picture() queue.Picture {
	if w, ok := q.Queue.(queue.Watched); ok {
		return w.Picture()
	}
	return queue.Picture{Stat: q.Stat()}
}

// Attendance lists the consumers, in order of arrival.
func (q *Queue) Attendance() []queue.Attendant {
	if w, ok := q.Queue.(queue.Watched); ok {
		return w.Attendance()
	}
	return nil
}

// Head tells of the message that is next.
func (q *Queue) Head() queue.Head {
	if w, ok := q.Queue.(queue.Watched); ok {
		return w.Head()
	}
	return queue.Head{}
}
