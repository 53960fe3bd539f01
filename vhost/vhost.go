// Package vhost is where exchanges meet queues: declaring, binding, routing a
// message into the queues it reaches, and dead-lettering. It knows no user, no
// right, no channel and no disk.
package vhost

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/dedup"
	"github.com/hutchmq/hutchmq/delay"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
)

// Options is what a vhost is built from. The types are shared by all vhosts.
type Options struct {
	ExchangeTypes map[string]exchange.Type
	QueueTypes    map[string]queue.Type
	ReplyType     queue.Type // of the queues behind direct reply-to
	DefaultKind   string     // of queues whose declaration names none; "" is classic
	OnePolicy     bool       // policies do not merge: see policy.NewSet
	// Queues and Exchanges bound what all vhosts have declared together; nil
	// is no bound.
	Queues, Exchanges *Quota
	Keeper            Keeper
	// Notify is told of each thing that came or went, durable or not, after
	// the fact. It is called with the topology lock held: it must not block
	// and not call the vhost. nil when nobody wants to know.
	Notify func(Notice)
	// Begin begins a unit of what the queues store.
	Begin func() queue.Unit
	// Delays hold messages that are to be routed later; nil refuses them.
	Delays *delay.Delays
	// Occur tells what is to be published for a note that was planned and is
	// due. What it plans next is a part of the unit. It must not call the
	// vhost; nil: nobody plans.
	Occur func(u queue.Unit, v *Vhost, d delay.Due) []*message.Message
	// Routing is told how long it took to find where a message goes, of some;
	// nil: nobody wants to know.
	Routing *stats.Histogram
	// Dedup remembers keys and producers. Nil: messages are not checked.
	Dedup *dedup.Shelf
	// Repeats counts what was not enqueued because it came before, in all
	// vhosts.
	Repeats *Repeats
	// NextID numbers a new queue, or the index of an exchange; a number is never given out twice.
	NextID func(durable bool) (uint64, error)
}

// Keeper makes durable topology survive a restart.
type Keeper interface {
	// Keep stores all changes or none, and returns when they are safe.
	Keep(changes []Change) error
}

// Change is one durable thing that came or went; exactly one pointer is set.
type Change struct {
	Forget   bool
	Will     bool // it is about what Queue, which is gone, still holds; Forget ends that
	Exchange *Exchange
	Queue    *Queue
	Binding  *Binding
}

// Notice is a change and who made it.
type Notice struct {
	Change
	Actor
	Along bool // it went along with something bigger, of which there is a notice
}

// Vhost is a namespace of exchanges and queues.
//
// Lock order: follow, then topology, then mu; a queue's own lock comes after
// them. No method is called with a queue's lock held.
type Vhost struct {
	Name    string
	Past    stats.Track // for those who count what is done in the vhost
	options Options

	policies atomic.Pointer[policy.Set]
	follow   sync.Mutex // held while queues are told of new policies

	topology sync.Mutex // held for the whole of a change, its storing included
	closed   bool       // guarded by topology
	letters  deadLetters
	delayed  delayed
	passages passages
	repeats  Repeats
	queues   Quota
	mu       sync.RWMutex
	exchange map[string]*Exchange
	queue    map[string]*Queue
	owned    map[uint64]map[*Queue]struct{} // exclusive queues by their connection
	dying    map[*Queue]struct{}            // deleted, and not empty yet

	defaultKind string // of queues, guarded by mu

	version atomic.Uint64 // grows with every change that may alter a route
	tracing atomic.Bool
}

// systemExchanges stand in every vhost from the start. The default exchange
// is one more, and has no name.
var systemExchanges = []ExchangeDeclaration{
	{Name: "amq.direct", Kind: "direct", Durable: true},
	{Name: "amq.fanout", Kind: "fanout", Durable: true},
	{Name: "amq.topic", Kind: "topic", Durable: true},
	{Name: "amq.headers", Kind: "headers", Durable: true},
	{Name: "amq.match", Kind: "headers", Durable: true},
	{Name: "amq.rabbitmq.trace", Kind: "topic", Durable: true, Internal: true},
}

// New makes a vhost with its system exchanges.
func New(name string, o Options) (*Vhost, error) {
	o.fill()
	v := &Vhost{
		Name: name, options: o,
		exchange: map[string]*Exchange{}, queue: map[string]*Queue{}, owned: map[uint64]map[*Queue]struct{}{},
		defaultKind: o.DefaultKind,
	}
	v.policies.Store(policy.NewSet(!o.OnePolicy))
	v.exchange[""] = &Exchange{Kind: "direct", Durable: true, vhost: v, router: byName{v}}
	v.exchange[""].adopt()
	for _, s := range systemExchanges {
		x, err := v.newExchange(s)
		if err != nil {
			return nil, err
		}
		v.exchange[s.Name] = x
	}
	return v, nil
}

// fill puts in what was left out.
func (o *Options) fill() {
	if o.DefaultKind == "" {
		o.DefaultKind = classicKind
	}
	if o.Queues == nil {
		o.Queues = &Quota{}
	}
	if o.Exchanges == nil {
		o.Exchanges = &Quota{}
	}
	if o.Repeats == nil {
		o.Repeats = &Repeats{}
	}
}

// Exchange finds an exchange, or refuses with 404.
func (v *Vhost) Exchange(name string) (*Exchange, error) {
	v.mu.RLock()
	x := v.exchange[name]
	v.mu.RUnlock()
	if x == nil {
		return nil, amqp.NoExchange.New(amqp.ExchangeIn(name, v.Name))
	}
	return x, nil
}

// Queue finds a queue, or refuses with 404; an exclusive queue of another
// connection with 405. owner 0 may see every queue.
func (v *Vhost) Queue(name string, owner uint64) (*Queue, error) {
	v.mu.RLock()
	q := v.queue[name]
	v.mu.RUnlock()
	if q == nil {
		return nil, amqp.NoQueue.New(amqp.QueueIn(name, v.Name))
	}
	if q.Owner != 0 && owner != 0 && q.Owner != owner {
		return nil, amqp.Locked.New(q.Declaration)
	}
	return q, nil
}

// Exchanges lists the exchanges, in no order.
func (v *Vhost) Exchanges() []*Exchange { return v.AppendExchanges(nil) }

// AppendExchanges is Exchanges into a slice of the caller's.
func (v *Vhost) AppendExchanges(list []*Exchange) []*Exchange {
	v.mu.RLock()
	defer v.mu.RUnlock()
	list = slices.Grow(list, len(v.exchange))
	for _, x := range v.exchange {
		list = append(list, x)
	}
	return list
}

// Queues lists the queues, in no order.
func (v *Vhost) Queues() []*Queue { return v.AppendQueues(nil) }

// AppendQueues is Queues into a slice of the caller's.
func (v *Vhost) AppendQueues(list []*Queue) []*Queue {
	v.mu.RLock()
	defer v.mu.RUnlock()
	list = slices.Grow(list, len(v.queue))
	for name, q := range v.queue {
		if !IsReply(name) {
			list = append(list, q)
		}
	}
	return list
}

// Close ends the vhost: with forget everything in it is deleted, else its
// durable queues keep what they hold. The caller has closed its sessions. To
// close again does nothing.
func (v *Vhost) Close(forget bool) error {
	v.topology.Lock()
	defer v.topology.Unlock()
	if v.closed {
		return nil
	}
	v.closed = true
	var err error
	if h := v.Delayed(); h != nil {
		err = h.Close(forget) // before the queues: nothing is due any more
	}
	v.letters.stop()
	queues := v.Queues()
	if forget {
		r := newRemoval(v, Actor{})
		for _, x := range v.Exchanges() {
			r.exchange(x)
		}
		for _, q := range queues {
			r.queue(q)
		}
		err = errors.Join(err, r.carryOut())
	}
	for _, q := range append(queues, v.estate()...) {
		q.Close(forget || !q.durable())
	}
	v.closeDedup(forget)
	return err
}

// Begin begins a unit of what the queues store.
func (v *Vhost) Begin() queue.Unit { return v.options.Begin() }

// begin takes the topology lock for a change. It refuses when the vhost is
// closed: a change would be stored after all others were forgotten.
func (v *Vhost) begin() error {
	v.topology.Lock()
	if v.closed {
		v.topology.Unlock()
		return amqp.NoVhost.New(v.Name)
	}
	return nil
}

// keep stores changes, if there are any.
func (v *Vhost) keep(changes []Change) error {
	if len(changes) == 0 {
		return nil
	}
	if err := v.options.Keeper.Keep(changes); err != nil {
		return amqp.StorageFailure.New(err)
	}
	return nil
}

// notify tells of changes; those of system exchanges and of queues of replies
// are nobody's doing. v.topology is held.
func (v *Vhost) notify(by Actor, changes ...Change) {
	if v.options.Notify == nil {
		return
	}
	for _, c := range changes {
		if c.Exchange != nil && c.Exchange.system() || c.Queue != nil && IsReply(c.Queue.Name) {
			continue
		}
		along := v.closed || c.Binding != nil && len(changes) > 1
		v.options.Notify(Notice{c, by, along})
	}
}

// GeneratedName makes a queue name that nobody else has.
func GeneratedName() string { return "amq.gen-" + unique() }

// unique is 22 characters that do not come twice.
func unique() string {
	var b [16]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// SetTracing says whether what is published and delivered in v is to be traced;
// publishers learn of it with their next message.
func (v *Vhost) SetTracing(on bool) {
	v.tracing.Store(on)
	v.version.Add(1)
}

// Tracing reports what SetTracing said.
func (v *Vhost) Tracing() bool { return v.tracing.Load() }

// Version grows with every change that may alter where a message goes.
func (v *Vhost) Version() uint64 { return v.version.Load() }
