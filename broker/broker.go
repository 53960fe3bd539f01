// Package broker is the one door into the engine: vhosts, users, limits, and
// the session through which every protocol publishes and consumes. Rights are
// checked here and nowhere else. It knows no socket and no protocol.
package broker

import (
	"errors"
	"fmt"
	"log/slog"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/dedup"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/delay"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/vhost"
)

// Options is what a broker is built from.
type Options struct {
	Store         store.Store
	Auth          *auth.Database
	Logins        Logins
	ExchangeTypes []exchange.Type
	QueueTypes    []queue.Type
	ReplyType     queue.Type // of the queues behind direct reply-to
	OnePolicy     bool       // policies do not merge: see policy.NewSet
	Defaults      Defaults
	Limits        NodeLimits
	Alarms        AlarmOptions
	DefaultKind   string // of queues, in vhosts that have no default of their own; "" is classic
	Node          string // the name of this node
	Log           *slog.Logger
}

// NodeLimits are what all vhosts may have together; 0 is no limit.
type NodeLimits struct {
	Connections, Queues int
	Exchanges           int // beside those that every vhost has

	Producers    int           // that number their messages, a vhost; 0: the usual number
	ProducerIdle time.Duration // until one of them is forgotten; 0: as long as usual
}

// Defaults is what an empty data directory begins with.
type Defaults struct {
	User, Password, Vhost string
}

// Broker is a node's engine. All methods may be called concurrently.
type Broker struct {
	store    store.Store
	auth     *auth.Database
	chain    *auth.Chain // around auth
	guesses  *auth.Guesses
	hashing  atomic.Pointer[string]
	asking   *time.Ticker // has rights asked for anew
	log      *slog.Logger
	vopts    vhost.Options
	defaults Defaults
	node     string
	events   events
	watches  watches
	audit    audit
	done     chan struct{} // closed by Close
	once     sync.Once     // closes done
	backing  atomic.Bool   // a backup is open

	nodeLimits NodeLimits // guarded by mu
	recovered  bool       // the store was not empty

	alarms   *alarms
	attempts attempts

	applying sync.Mutex // held while definitions are planned and applied
	owners   owners

	schedules schedules

	topology       sync.Mutex // held while vhosts, users and permissions change
	mu             sync.RWMutex
	vhosts         map[string]*vhost.Vhost
	connections    map[uint64]*Connection
	lastConnection uint64
	inVhost        tallies
	ofUser         tallies
	sessions       map[*Session]struct{}
	gone           gone

	ids ids

	began       time.Time
	churn       churn
	files       files
	sizes       *stats.Histogram // of messages, bytes
	confirming  *stats.Histogram // nanoseconds
	wanted      stats.Counter
	lapsed      stats.Counter // deliveries
	leasesEnded stats.Counter // deliveries
	waited      stats.Counter // milliseconds that publishers were held back
	sampler     sampler
	past        stats.Track // of the node
	moves       moves
}

// New makes a broker from what the store holds. An empty store gets the
// default user, vhost and permission.
func New(o Options) (*Broker, error) {
	b := &Broker{
		store: o.Store, auth: o.Auth, chain: auth.NewChain(o.Auth, nil), guesses: auth.NewGuesses(),
		asking: time.NewTicker(defaultRightsTTL), log: o.Log, defaults: o.Defaults, node: o.Node, nodeLimits: o.Limits,
		alarms: newAlarms(o.Alarms, o.Log),
		vhosts: map[string]*vhost.Vhost{}, connections: map[uint64]*Connection{},
		inVhost: tallies{}, ofUser: tallies{}, sessions: map[*Session]struct{}{},
		gone: gone{vhosts: map[string]*Activity{}}, began: time.Now(),
		sizes: stats.NewHistogram(stats.Sizes), confirming: stats.NewHistogram(stats.Latencies),
	}
	var err error
	b.SetLogins(o.Logins)
	b.ids.store, b.done = o.Store, make(chan struct{})
	b.moves.init()
	b.events.init()
	go b.publishEvents()
	if err = b.audit.start(o.Store, o.Log, &b.watches); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	b.vopts = vhost.Options{
		ExchangeTypes: map[string]exchange.Type{}, QueueTypes: map[string]queue.Type{}, ReplyType: o.ReplyType,
		DefaultKind: o.DefaultKind, Queues: quota(o.Limits.Queues), Exchanges: quota(o.Limits.Exchanges),
		OnePolicy: o.OnePolicy, Notify: b.noteChange, Routing: stats.NewHistogram(stats.Moments),
		Keeper: records{o.Store, &b.owners}, NextID: b.ids.next,
		Begin: func() queue.Unit { return o.Store.Begin() }, Delays: delay.New(o.Store, b.ids.next), Repeats: &vhost.Repeats{},
		Occur: b.schedules.occur,
	}
	for _, t := range o.ExchangeTypes {
		b.vopts.ExchangeTypes[t.Name()] = t
	}
	for _, t := range o.QueueTypes {
		b.vopts.QueueTypes[t.Name()] = t
	}
	var found bool
	if b.vopts.Dedup, err = dedup.Open(o.Store); err == nil {
		b.boundProducers(o.Limits)
		found, err = b.recover()
	}
	if err == nil {
		err = b.owners.load(o.Store)
	}
	b.recovered = found
	if err == nil && !found {
		err = b.begin(o.Defaults)
	}
	if err == nil {
		err = b.identify()
	}
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	go b.askAgain()
	b.alarms.tell = b.emitAlarm
	b.alarms.full = func() bool { return b.Storage().Full }
	b.alarms.start()
	b.sampler.start(b)
	return b, nil
}

// quota is one of n, or of any number when n is 0.
func quota(n int) *vhost.Quota {
	q := &vhost.Quota{}
	q.SetMax(unlessZero(n))
	return q
}

// SetNodeLimits changes what all vhosts may have together, from now on and until
// the node stops. What is there stays, even if it is more.
func (b *Broker) SetNodeLimits(l NodeLimits) {
	b.mu.Lock()
	b.nodeLimits = l
	b.mu.Unlock()
	b.vopts.Queues.SetMax(unlessZero(l.Queues))
	b.vopts.Exchanges.SetMax(unlessZero(l.Exchanges))
	b.boundProducers(l)
}

// unlessZero is n, or no bound when n is 0.
func unlessZero(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// begin fills an empty store.
func (b *Broker) begin(d Defaults) error {
	if err := b.CreateVhost(d.Vhost); err != nil {
		return err
	}
	if err := b.PutUser(d.User, d.Password, "administrator"); err != nil {
		return err
	}
	return b.SetPermission(d.User, d.Vhost, auth.Permission{Configure: ".*", Write: ".*", Read: ".*"})
}

// Authenticate checks a name and password wherever they come from; Login is
// for clients.
func (b *Broker) Authenticate(name, password string) (*auth.User, error) {
	return b.chain.Authenticate(name, password)
}

// Vhost finds a vhost, or refuses with 530.
func (b *Broker) Vhost(name string) (*vhost.Vhost, error) {
	b.mu.RLock()
	v := b.vhosts[name]
	b.mu.RUnlock()
	if v == nil {
		return nil, amqp.NoVhost.New(name)
	}
	return v, nil
}

// Vhosts lists the vhosts by name.
func (b *Broker) Vhosts() []*vhost.Vhost {
	b.mu.RLock()
	defer b.mu.RUnlock()
	list := make([]*vhost.Vhost, 0, len(b.vhosts))
	for _, v := range b.vhosts {
		list = append(list, v)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Name < list[j].Name })
	return list
}

// CreateVhost makes a vhost; one that is there is no error.
func (b Acting) CreateVhost(name string) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	if v, _ := b.Vhost(name); v != nil {
		return nil
	}
	v, err := vhost.New(name, b.vopts)
	if err != nil {
		return err
	}
	if err := set(b.store, &definitions.Vhost{Name: name}); err != nil {
		return err
	}
	if err := b.addVhost(v); err != nil {
		return err
	}
	b.emit("vhost.created", named(name))
	return nil
}

// addVhost puts v on the list; the default one is where events are published.
func (b *Broker) addVhost(v *vhost.Vhost) error {
	if v.Name == b.defaults.Vhost {
		if err := b.events.moveTo(v); err != nil {
			return err
		}
	}
	b.mu.Lock()
	b.vhosts[v.Name] = v
	b.mu.Unlock()
	return nil
}

// DeleteVhost removes a vhost with everything in it, unless it is protected,
// which is a ProtectedError. Connections into it are told to close.
func (b Acting) DeleteVhost(name string) error {
	b.topology.Lock()
	defer b.topology.Unlock()
	v, err := b.Vhost(name)
	if err != nil {
		return err
	}
	m, err := b.VhostMetadata(name)
	switch {
	case err != nil:
		return err
	case m.ProtectedFromDeletion:
		return ProtectedError(name)
	}
	b.mu.Lock()
	delete(b.vhosts, name)
	delete(b.gone.vhosts, name)
	b.inVhost.edit(name, func(t *tally) { t.limit(nil) })
	b.mu.Unlock()
	b.kick("vhost '"+name+"' is deleted", func(c *Connection) bool { return c.v == v })
	b.auth.DropVhost(name)
	if name == b.defaults.Vhost {
		b.events.silence()
	}
	err = errors.Join(v.Close(true), b.forgetVhost(name))
	b.schedules.forget(name)
	b.emit("vhost.deleted", named(name))
	return err
}

// Close closes the vhosts; durable queues keep what they hold. The caller has
// closed all sessions, and closes the store afterwards.
func (b *Broker) Close() error {
	b.once.Do(func() { close(b.done) })
	b.moves.stop() // nothing is under way then
	b.sampler.close()
	b.alarms.close()
	b.events.stop()
	var errs []error
	for _, v := range b.Vhosts() {
		if err := v.Close(false); err != nil {
			errs = append(errs, fmt.Errorf("vhost %s: %w", v.Name, err))
		}
	}
	if d := b.vopts.Delays; d != nil {
		d.Close()
	}
	if d := b.vopts.Dedup; d != nil {
		d.Close()
	}
	b.audit.stop()
	return errors.Join(errs...)
}

// Recovered reports whether there was something in the store, so that Defaults
// were not needed.
func (b *Broker) Recovered() bool { return b.recovered }

// Done is closed when the broker begins to close.
func (b *Broker) Done() <-chan struct{} { return b.done }

// WaitRoom blocks a publisher while more waits for the disk than may.
func (b *Broker) WaitRoom() { b.store.WaitRoom() }

// Failed is why the disk takes nothing more, or nil.
func (b *Broker) Failed() error { return b.store.Failed() }
