package broker

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

// eventExchange is the topic exchange in the default vhost where the broker
// publishes what happens in it: an event such as queue.created is the routing
// key, and what there is to say of it the headers.
const eventExchange = "amq.rabbitmq.event"

// maxEvents bounds how many events wait to be published. More are dropped:
// nothing waits for those who listen.
const maxEvents = 4096

// events is what is on its way to the event exchange. One goroutine publishes,
// from the end of New to Close.
type events struct {
	at      atomic.Pointer[eventSource] // nil: nowhere
	waiting chan event
	dropped atomic.Uint64
	quit    chan struct{}
	done    chan struct{}
	once    sync.Once // closes quit
	told    bool      // of those dropped; the goroutine's
}

// eventSource is the event exchange of a vhost.
type eventSource struct {
	v *vhost.Vhost
	x *vhost.Exchange
}

type event struct {
	at      *eventSource
	key     string
	headers amqp.Table
	time    time.Time
}

func (e *events) init() {
	e.waiting = make(chan event, maxEvents)
	e.quit, e.done = make(chan struct{}), make(chan struct{})
}

// moveTo makes v the vhost of events.
func (e *events) moveTo(v *vhost.Vhost) error {
	if err := restoreEventExchange(v); err != nil {
		return err
	}
	x, err := v.Exchange(eventExchange)
	if err == nil {
		e.at.Store(&eventSource{v, x})
	}
	return err
}

// silence ends events until moveTo.
func (e *events) silence() { e.at.Store(nil) }

// restoreEventExchange makes the exchange in v, if it is not there.
func restoreEventExchange(v *vhost.Vhost) error {
	if x, _ := v.Exchange(eventExchange); x != nil {
		return nil
	}
	return v.RestoreExchange(vhost.ExchangeDeclaration{
		Name: eventExchange, Kind: "topic", Durable: true, Internal: true,
	})
}

// emit publishes an event, if anybody is bound to hear of it, and tells those
// who watch; only then headers is called, before emit returns. It waits for
// nothing and takes no lock, so that any may be held. What headers gives must
// not change any more.
func (b *Broker) emit(name string, headers func() amqp.Table) {
	at := b.events.at.Load()
	bound := at != nil && at.x.Bound()
	if !bound && !b.watches.any() {
		return
	}
	t, now := headers(), time.Now()
	b.watches.tell(Happening{Name: name, At: now, Headers: t})
	if !bound {
		return
	}
	select {
	case b.events.waiting <- event{at, name, t, now}:
	default:
		b.events.dropped.Add(1)
	}
}

// publishEvents publishes what waits until stop, and then what is left.
func (b *Broker) publishEvents() {
	e := &b.events
	defer close(e.done)
	for {
		select {
		case first := <-e.waiting:
			b.publishBurst(first)
		case <-e.quit:
			for len(e.waiting) > 0 {
				b.publishBurst(<-e.waiting)
			}
			return
		}
	}
}

// publishBurst publishes an event and those that wait behind it.
func (b *Broker) publishBurst(next event) {
	e := &b.events
	at, p := next.at, next.at.v.Publisher()
	for left := len(e.waiting); ; left-- {
		p.Publish(at.x, next.message(), queue.Receipt{})
		if left == 0 {
			break
		}
		if next = <-e.waiting; next.at != at {
			p.Flush()
			at, p = next.at, next.at.v.Publisher()
		}
	}
	p.Flush()
	b.WaitRoom()
	if e.dropped.Load() > 0 && !e.told {
		e.told = true
		b.log.Warn("events are dropped: they come faster than they can be published")
	}
}

// EventsDropped is how many events nobody will hear of, since too many came at
// once.
func (b *Broker) EventsDropped() uint64 { return b.events.dropped.Load() }

// message is e as RabbitMQ's plugin publishes it: persistent, and without a
// body.
func (e *event) message() *message.Message {
	e.headers["timestamp_in_ms"] = e.time.UnixMilli()
	header := amqp.AppendContentHeader(nil, amqp.BasicClass, 0, &amqp.Properties{
		Headers: e.headers, DeliveryMode: 2, Timestamp: uint64(e.time.Unix()),
	})
	return &message.Message{
		Exchange: eventExchange, RoutingKey: e.key, Header: header, Persistent: true, Expiration: -1,
	}
}

// stop ends events once those that wait are published.
func (e *events) stop() {
	e.silence()
	e.once.Do(func() { close(e.quit) })
	<-e.done
}
