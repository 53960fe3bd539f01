package vhost

import (
	"strings"
	"sync/atomic"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/policy"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
)

// Exchange is a declared exchange. The exported fields never change.
type Exchange struct {
	Name       string
	Kind       string
	Durable    bool
	AutoDelete bool
	Internal   bool
	Arguments  amqp.Table
	DeclaredBy string      // the user; "" the broker itself
	ID         uint64      // of its index, 0 when it has none that is stored
	Past       stats.Track // of what came in and what went out: two columns
	Seen       uint64      // of both, by whoever samples the past: theirs alone

	vhost     *Vhost
	router    exchange.Router
	cache     *cache // what it remembers; nil: it checks nothing
	volatile  bool   // its routes hold for one message only
	single    bool   // CC and BCC mean nothing to it
	argued    bool   // an argument names the alternate exchange, not a policy
	alternate string // that argument
	effective atomic.Pointer[policy.Effective]
	bindings  map[string]*Binding // from here, by key; guarded by vhost.mu
	inbound   map[*Binding]struct{}
	bound     atomic.Int64 // len(bindings), for Bound

	in, out stats.Counter
	answers queue.Counters
	to      map[*Queue]*Passage // guarded by vhost.passages, as is
	gone    bool
}

// DestinationName implements exchange.Destination.
func (x *Exchange) DestinationName() string { return x.Name }

// String prints the exchange as errors do.
func (x *Exchange) String() string { return amqp.ExchangeIn(x.Name, x.vhost.Name) }

// system reports whether x stands in the vhost from the start.
func (x *Exchange) system() bool { return x.Name == "" || reserved(x.Name) }

// reserved reports whether a client may not make this name up.
func reserved(name string) bool { return strings.HasPrefix(name, "amq.") }

// ExchangeDeclaration is what exchange.declare asks for.
type ExchangeDeclaration struct {
	Name                          string
	Kind                          string
	Durable, AutoDelete, Internal bool
	Arguments                     amqp.Table
	ID                            uint64 // of one that is restored
	By                            string // the user, of one that is restored; else it is who declares it
}

// DeclareExchange makes an exchange, or finds the equivalent one that is
// there. created tells which.
func (v *Vhost) DeclareExchange(d ExchangeDeclaration) (x *Exchange, created bool, err error) {
	return v.As("").DeclareExchange(d)
}

func (v *Vhost) declareExchange(d ExchangeDeclaration, by Actor) (x *Exchange, created bool, err error) {
	if d.Name == "" {
		return nil, false, amqp.DefaultExchange.New()
	}
	if err := v.begin(); err != nil {
		return nil, false, err
	}
	defer v.topology.Unlock()
	if x = v.exchange[d.Name]; x != nil {
		return x, false, x.equivalent(&d)
	}
	if reserved(d.Name) {
		return nil, false, amqp.ReservedName.New("exchange", d.Name)
	}
	d.By = by.User
	if x, err = v.newExchange(d); err != nil {
		return nil, false, err
	}
	o, err := cacheOptionsOf(&d)
	if err != nil {
		return nil, false, err
	}
	if bound, ok := v.options.Exchanges.take(); !ok {
		return nil, false, amqp.TooManyExchanges.New(x, bound)
	}
	if err = x.openCache(o); err == nil && d.Durable {
		err = v.keep([]Change{{Exchange: x}})
	}
	if err != nil {
		x.closeCache(true)
		v.options.Exchanges.add(-1)
		return nil, false, err
	}
	v.addExchange(x)
	v.notify(by, Change{Exchange: x})
	return x, true, nil
}

// RestoreExchange puts back an exchange that was kept.
func (v *Vhost) RestoreExchange(d ExchangeDeclaration) error {
	x, err := v.newExchange(d)
	if err != nil {
		return err
	}
	if err := x.restoreCache(d); err != nil {
		return err
	}
	if !x.system() {
		v.options.Exchanges.add(1)
	}
	v.addExchange(x)
	return nil
}

func (v *Vhost) newExchange(d ExchangeDeclaration) (*Exchange, error) {
	router, err := v.router(d.Kind, d.Arguments)
	if err != nil {
		return nil, err
	}
	x := &Exchange{
		Name: d.Name, Kind: d.Kind, Durable: d.Durable, AutoDelete: d.AutoDelete, Internal: d.Internal,
		Arguments: d.Arguments, DeclaredBy: d.By, vhost: v, router: router,
		bindings: map[string]*Binding{},
	}
	_, x.volatile = router.(exchange.Volatile)
	_, x.single = router.(exchange.Single)
	if a, ok := d.Arguments[policy.AlternateExchange]; ok {
		if x.alternate, x.argued = a.(string); !x.argued {
			return nil, amqp.InvalidArgType.New(amqp.TypeName(a), policy.AlternateExchange, x)
		}
	}
	x.adopt()
	return x, nil
}

func (v *Vhost) addExchange(x *Exchange) {
	v.mu.Lock()
	v.exchange[x.Name] = x
	v.version.Add(1)
	v.mu.Unlock()
}

func (v *Vhost) router(kind string, args amqp.Table) (exchange.Router, error) {
	t := v.options.ExchangeTypes[kind]
	if t == nil {
		return nil, amqp.UnknownExchangeType.New(kind)
	}
	return t.New(args)
}

// DeleteExchange removes an exchange and its bindings; one that is not there
// is no error.
func (v *Vhost) DeleteExchange(name string, ifUnused bool) error {
	return v.As("").DeleteExchange(name, ifUnused)
}

func (v *Vhost) deleteExchange(name string, ifUnused bool, by Actor) error {
	if name == "" {
		return amqp.DefaultExchange.New()
	}
	if err := v.begin(); err != nil {
		return err
	}
	defer v.topology.Unlock()
	x := v.exchange[name]
	switch {
	case x == nil:
		return nil
	case x.system():
		return amqp.SystemExchange.New(x)
	case ifUnused && len(x.bindings) > 0:
		return amqp.ExchangeInUse.New(x)
	}
	r := newRemoval(v, by)
	r.exchange(x)
	return r.carryOut()
}

// Answers is what became of the messages that were published to x: how many
// were confirmed, returned and dropped.
func (x *Exchange) Answers() queue.Traffic { return x.answers.Traffic() }

// BindingCount is how many bindings go from x. It takes no lock.
func (x *Exchange) BindingCount() int { return int(x.bound.Load()) }

// Bound reports whether anything is bound to x. It takes no lock.
func (x *Exchange) Bound() bool { return x.bound.Load() > 0 }

// Vhost is the name of the vhost x is in.
func (x *Exchange) Vhost() string { return x.vhost.Name }

// Traffic is how many messages were published to x, how often they went into a
// queue, and how many came before.
func (x *Exchange) Traffic() (t queue.Traffic) {
	t[queue.PublishedIn], t[queue.PublishedOut] = x.in.Load(), x.out.Load()
	t[queue.Deduplicated] = x.answers[queue.Deduplicated].Load()
	return t
}
