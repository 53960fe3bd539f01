//go:build soak

package integration

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// soak is the load of a soak test. Every worker runs until its context ends.
type soak struct {
	t                   *testing.T
	broker              *Broker
	metrics, management string
	seed                uint64
	began               time.Time
	orders, deaths      tally
	done                deeds
}

// deeds is what workers have done that no tally knows.
type deeds struct {
	fast, ranked, gets, connections, cut, channels, requests, stalls atomic.Int64
}

// String is a line.
func (d *deeds) String() string {
	return fmt.Sprintf("transient %d, by priority %d, basic.get %d, connections %d, %d of them cut off, channel errors %d, HTTP requests %d, stalled readers %d\n",
		d.fast.Load(), d.ranked.Load(), d.gets.Load(), d.connections.Load(), d.cut.Load(), d.channels.Load(), d.requests.Load(), d.stalls.Load())
}

// soakQueues stay while the load runs.
var soakQueues = map[string]amqp.Table{
	"soak.orders":   nil,
	"soak.fast":     nil,
	"soak.mayflies": {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "soak.dead", "x-message-ttl": int32(2000)},
	"soak.dead":     nil,
	"soak.ranked":   {"x-max-priority": int32(5), "x-max-length": int32(2000)},
	"soak.gets":     nil,
	"soak.stalled":  {"x-max-length-bytes": int32(64 << 20)},
}

func (s *soak) declare() {
	ch, err := reach(s.broker.URL())
	if err != nil {
		s.t.Fatal(err)
	}
	defer ch.conn.Close()
	for name, args := range soakQueues {
		if _, err := ch.QueueDeclare(name, name != "soak.fast", false, false, false, args); err != nil {
			s.t.Fatal(err)
		}
	}
}

// undeclare deletes the queues, with what nobody wanted in the end.
func (s *soak) undeclare() {
	ch, err := reach(s.broker.URL())
	if err != nil {
		s.t.Fatal(err)
	}
	defer ch.conn.Close()
	for name := range soakQueues {
		if _, err := ch.QueueDelete(name, false, false, false); err != nil {
			s.t.Fatal(err)
		}
	}
}

// workers are all of the load. Each is its own goroutine.
func (s *soak) workers() (all []func(context.Context)) {
	s.orders.name, s.deaths.name = "confirmed and acknowledged", "expired and dead-lettered"
	add := func(run func(context.Context, *rand.Rand)) {
		r := rand.New(rand.NewPCG(s.seed, uint64(len(all))))
		all = append(all, func(ctx context.Context) {
			for ctx.Err() == nil {
				run(ctx, r)
			}
		})
	}
	for range 2 {
		add(s.publish("soak.orders", &s.orders))
		add(s.consume("soak.orders", &s.orders))
		add(s.churn)
	}
	add(s.publish("soak.mayflies", &s.deaths))
	add(s.consume("soak.dead", &s.deaths))
	for _, run := range []func(context.Context, *rand.Rand){
		s.publishFast, s.consumeFast, s.publishRanked, s.consumeSlowly, s.get, s.churn, s.stall, s.ask,
	} {
		add(run)
	}
	return all
}

// drain takes what is left in the queues that have a tally, for a minute at
// most.
func (s *soak) drain() {
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	for _, x := range []struct {
		queue string
		*tally
	}{{"soak.orders", &s.orders}, {"soak.dead", &s.deaths}} {
		go s.consume(x.queue, x.tally)(ctx, rand.New(rand.NewPCG(s.seed, 1)))
		for x.missing() > 0 && ctx.Err() == nil {
			time.Sleep(100 * time.Millisecond)
		}
	}
	time.Sleep(2 * soakSession / 10)
}

func (s *soak) audit() {
	s.orders.audit(s.t)
	s.deaths.audit(s.t)
	for name, n := range map[string]*atomic.Int64{
		"transient": &s.done.fast, "ranked": &s.done.ranked, "gets": &s.done.gets, "connections": &s.done.connections,
		"cut": &s.done.cut, "channels": &s.done.channels, "requests": &s.done.requests, "stalls": &s.done.stalls,
	} {
		if n.Load() == 0 {
			s.t.Errorf("%s: nothing was done", name)
		}
	}
}

// soakSession is how long a connection of the load lives, at most.
const soakSession = 15 * time.Second

// session is a connection with a channel, and ends with its context: in order,
// or by a socket that is closed. It is nil when the broker cannot be reached.
func (s *soak) session(ctx context.Context, r *rand.Rand) (*channel, context.Context, func()) {
	var socket net.Conn
	conn, err := amqp.DialConfig(s.broker.URL(), amqp.Config{Dial: func(network, addr string) (c net.Conn, err error) {
		c, err = net.DialTimeout(network, addr, 10*time.Second)
		socket = c
		return c, err
	}})
	if err != nil {
		s.t.Error(err)
		time.Sleep(time.Second)
		return nil, ctx, func() {}
	}
	s.done.connections.Add(1)
	ch, err := conn.Channel()
	if err != nil {
		s.t.Error(err)
	}
	ctx, stop := context.WithTimeout(ctx, soakSession/10+time.Duration(r.Int64N(int64(soakSession)*9/10)))
	return &channel{ch, conn}, ctx, func() {
		stop()
		if r.IntN(2) == 0 {
			s.done.cut.Add(1)
			socket.Close()
		}
		conn.Close()
	}
}

// every calls do so many times a second until ctx ends or do fails.
func every(ctx context.Context, perSecond int, do func() error) {
	const ticks = 50 // a second
	tick := time.NewTicker(time.Second / ticks)
	defer tick.Stop()
	for {
		for range max(perSecond/ticks, 1) {
			if ctx.Err() != nil || do() != nil {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// publish sends persistent messages that are confirmed.
func (s *soak) publish(queue string, c *tally) func(context.Context, *rand.Rand) {
	return func(ctx context.Context, r *rand.Rand) {
		ch, ctx, end := s.session(ctx, r)
		defer end()
		if ch == nil || ch.Confirm(false) != nil {
			return
		}
		type posted struct {
			n uint64
			*amqp.DeferredConfirmation
		}
		var open []posted
		collect := func(left int) {
			for len(open) > left {
				if open[0].Wait() {
					c.confirm(open[0].n)
				}
				open = open[1:]
			}
		}
		every(ctx, 1500, func() error {
			body, n := c.next(letterSize(r))
			x, err := ch.PublishWithDeferredConfirm("", queue, false, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: body})
			if err == nil {
				open = append(open, posted{n, x})
				collect(publishWindow)
			}
			return err
		})
		collect(0)
	}
}

// consume acknowledges by twenty, and goes away with some that are not.
func (s *soak) consume(queue string, c *tally) func(context.Context, *rand.Rand) {
	return func(ctx context.Context, r *rand.Rand) {
		ch, ctx, end := s.session(ctx, r)
		defer end()
		if ch == nil || ch.Qos(100, 0, false) != nil {
			return
		}
		deliveries, err := ch.Consume(queue, "", false, false, false, false, nil)
		if err != nil {
			return
		}
		held := 0
		for {
			select {
			case <-ctx.Done():
				return
			case d, ok := <-deliveries:
				if !ok {
					return
				}
				c.deliver(d.Body, d.Redelivered)
				if held++; held == 20 {
					d.Ack(true)
					held = 0
				}
			}
		}
	}
}

func (s *soak) publishFast(ctx context.Context, r *rand.Rand) {
	ch, ctx, end := s.session(ctx, r)
	defer end()
	body := make([]byte, 1+r.IntN(2000))
	every(ctx, 5000, func() error {
		return ch.PublishWithContext(ctx, "", "soak.fast", false, false, amqp.Publishing{Body: body})
	})
}

func (s *soak) consumeFast(ctx context.Context, r *rand.Rand) {
	ch, ctx, end := s.session(ctx, r)
	defer end()
	deliveries, err := ch.Consume("soak.fast", "", true, false, false, false, nil)
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-deliveries:
			if !ok {
				return
			}
			s.done.fast.Add(1)
		}
	}
}

func (s *soak) publishRanked(ctx context.Context, r *rand.Rand) {
	ch, ctx, end := s.session(ctx, r)
	defer end()
	every(ctx, 1000, func() error {
		return ch.PublishWithContext(ctx, "", "soak.ranked", true, false, amqp.Publishing{
			Priority: uint8(r.IntN(7)), DeliveryMode: 1 + uint8(r.IntN(2)), Body: make([]byte, r.IntN(3000)),
		})
	})
}

// consumeSlowly sends a tenth back.
func (s *soak) consumeSlowly(ctx context.Context, r *rand.Rand) {
	ch, ctx, end := s.session(ctx, r)
	defer end()
	if ch.Qos(5, 0, false) != nil {
		return
	}
	deliveries, err := ch.Consume("soak.ranked", "", false, false, false, false, nil)
	for err == nil {
		select {
		case <-ctx.Done():
			return
		case d, ok := <-deliveries:
			if !ok {
				return
			}
			time.Sleep(5 * time.Millisecond)
			s.done.ranked.Add(1)
			if r.IntN(10) == 0 {
				d.Nack(false, r.IntN(2) == 0)
			} else {
				d.Ack(false)
			}
		}
	}
}

func (s *soak) get(ctx context.Context, r *rand.Rand) {
	ch, ctx, end := s.session(ctx, r)
	defer end()
	every(ctx, 200, func() error {
		if err := ch.PublishWithContext(ctx, "", "soak.gets", false, false, amqp.Publishing{Expiration: fmt.Sprint(r.IntN(5000))}); err != nil {
			return err
		}
		noAck := r.IntN(2) == 0
		d, ok, err := ch.Get("soak.gets", noAck)
		if ok {
			s.done.gets.Add(1)
		}
		if ok && !noAck && r.IntN(20) > 0 {
			d.Ack(false)
		}
		return err
	})
}

// churn makes what a client can make, and leaves it to the broker to clean up.
func (s *soak) churn(ctx context.Context, r *rand.Rand) {
	ch, ctx, end := s.session(ctx, r)
	defer end()
	for range 1 + r.IntN(5) {
		if time.Sleep(10 * time.Millisecond); ctx.Err() != nil {
			return
		}
		x, err := ch.conn.Channel()
		if err != nil {
			return
		}
		name := fmt.Sprintf("soak.churn.%x", r.Uint64())
		kind := []string{"direct", "fanout", "topic", "headers"}[r.IntN(4)]
		x.ExchangeDeclare(name, kind, false, true, false, false, nil)
		q, err := x.QueueDeclare("", false, true, true, false, amqp.Table{"x-expires": int32(5000)})
		if err != nil {
			return
		}
		for i := range 5 {
			x.QueueBind(q.Name, fmt.Sprint("key.", i), name, false, nil)
		}
		x.Consume(q.Name, "", r.IntN(2) == 0, false, false, false, nil)
		for range 20 {
			x.PublishWithContext(ctx, name, "key.1", false, false, amqp.Publishing{Body: []byte("churn")})
		}
		if r.IntN(3) == 0 {
			s.done.channels.Add(1)
			x.QueueDeclarePassive("soak.nowhere", false, false, false, false, nil)
		} else if r.IntN(2) == 0 {
			x.Close()
		}
	}
}

// stall consumes without reading, for a while.
func (s *soak) stall(ctx context.Context, r *rand.Rand) {
	ch, ctx, end := s.session(ctx, r)
	defer end()
	c, err := net.Dial("tcp", s.broker.Addr)
	if err != nil {
		return
	}
	defer c.Close()
	for _, text := range [][]byte{
		[]byte(protocolHeader), startOK(), tuneOK(128<<10, 0), open(), method(1, methodID{20, 10}, []byte{0}),
		method(1, methodID{60, 20}, short(0), shortstr("soak.stalled"), shortstr(""), []byte{2}, long(0)),
	} {
		c.Write(text)
	}
	s.done.stalls.Add(1)
	body := make([]byte, 10_000)
	every(ctx, 500, func() error {
		return ch.PublishWithContext(ctx, "", "soak.stalled", false, false, amqp.Publishing{Body: body})
	})
}

// ask reads pages of the management.
func (s *soak) ask(ctx context.Context, r *rand.Rand) {
	for _, page := range strings.Fields("connections queues policies vhost-limits overview nodes channels exchanges") {
		q, err := http.NewRequestWithContext(ctx, "GET", "http://"+s.management+"/api/"+page, nil)
		if err != nil {
			s.t.Error(err)
			return
		}
		q.SetBasicAuth("guest", "guest")
		answer, err := http.DefaultClient.Do(q)
		if err != nil {
			break
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		s.done.requests.Add(1)
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Second):
	}
}
