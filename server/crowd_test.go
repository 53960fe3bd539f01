package server

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// TestCrowd has many clients do anything at once, on few names, and leave with
// or without a word. Afterwards nobody is there, no queue counts anything as
// delivered, and all are empty once they are purged.
func TestCrowd(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	synctest.Test(t, func(t *testing.T) {
		n := newNode(t, testOptions())
		var crowd sync.WaitGroup
		for i := range 12 {
			crowd.Go(func() {
				r := rand.New(rand.NewPCG(seed, uint64(i)))
				for range 4 {
					n.visit(t, r)
				}
			})
		}
		over, fair := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(fair)
			n.weather(rand.New(rand.NewPCG(seed, 100)), over)
		}()
		crowd.Wait()
		close(over)
		<-fair
		time.Sleep(time.Minute) // what has a time to live dies
		n.idle(t)
		n.purge(t)
	})
}

// weather has an alarm and the firehose come and go, until it is over.
func (n *node) weather(r *rand.Rand, over <-chan struct{}) {
	defer n.alarm()
	for {
		select {
		case <-over:
			return
		case <-time.After(time.Duration(r.IntN(20)) * time.Millisecond):
			n.alarm([]string{"", "disk"}[r.IntN(2)])
			n.b.SetTracing("/", r.IntN(2) == 0)
		}
	}
}

// actions is what clients do: Q is a queue, X an exchange, C a consumer tag.
var actions = []string{
	`queue.declare queue=Q`,
	`queue.declare queue=Q durable`,
	`queue.declare queue=Q auto_delete`,
	`queue.declare queue=Q exclusive`,
	`queue.declare queue=Q durable arguments={x-queue-type:"quorum", x-delivery-limit:i32 2}`,
	`queue.declare queue=Q arguments={x-max-priority:i32 3}`,
	`queue.declare queue=Q arguments={x-max-length:i32 3, x-dead-letter-exchange:"X"}`,
	`queue.declare queue=Q arguments={x-max-length:i32 2, x-overflow:"reject-publish"}`,
	`queue.declare queue=Q arguments={x-message-ttl:i32 5, x-dead-letter-exchange:"", x-dead-letter-routing-key:"Q"}`,
	`queue.declare queue=Q arguments={x-expires:i32 10}`,
	`queue.declare queue=Q arguments={x-single-active-consumer:true}`,
	`queue.declare queue=Q arguments={x-consumer-timeout:i32 3}`,
	`queue.delete queue=Q`,
	`queue.delete queue=Q if_unused if_empty`,
	`queue.purge queue=Q`,
	`exchange.declare exchange=X type=fanout`,
	`exchange.declare exchange=X type=topic auto_delete arguments={alternate-exchange:"X"}`,
	`exchange.declare exchange=X type=x-random`,
	`exchange.declare exchange=X type=x-consistent-hash`,
	`exchange.declare exchange=X type=x-recent-history`,
	`exchange.delete exchange=X`,
	`exchange.bind destination=X source=X routing_key=#`,
	`queue.bind queue=Q exchange=X routing_key=#`,
	`queue.unbind queue=Q exchange=X routing_key=#`,
	`queue.bind queue=Q exchange=X routing_key=2`,
	`queue.bind queue=Q exchange=amq.rabbitmq.event routing_key=#`,
	`queue.bind queue=Q exchange=amq.rabbitmq.trace routing_key=#`,
	`basic.publish exchange=X routing_key=k mandatory | "x"`,
	`basic.publish routing_key=Q mandatory | delivery_mode=2 priority=2 "x"`,
	`basic.publish routing_key=Q | expiration=3 headers={CC:["Q"], BCC:["Q"]} 5000*"x"`,
	`basic.publish routing_key=Q | "x" ; basic.publish routing_key=Q | "y" ; basic.publish routing_key=Q | "z"`,
	`basic.consume queue=Q consumer_tag=C no_wait`,
	`basic.consume queue=Q consumer_tag=C no_ack`,
	`basic.consume queue=Q consumer_tag=C exclusive`,
	`basic.consume queue=Q consumer_tag=C arguments={x-priority:i32 3}`,
	`basic.consume queue=Q consumer_tag=C arguments={x-consumer-timeout:i32 3}`,
	`basic.cancel consumer_tag=C`,
	`basic.get queue=Q`,
	`basic.get queue=Q no_ack`,
	`basic.qos prefetch_count=2`,
	`basic.qos prefetch_count=3 global`,
	`basic.ack delivery_tag=LAST`,
	`basic.ack delivery_tag=LAST multiple`,
	`basic.nack delivery_tag=0 multiple requeue`,
	`basic.nack delivery_tag=LAST multiple`,
	`basic.reject delivery_tag=LAST requeue`,
	`basic.recover requeue`,
	`confirm.select`,
	`tx.select`,
	`tx.commit`,
	`tx.rollback`,
	`channel.close 200 "bye" ; channel.open`,
}

// visit is a client's stay: a hundred actions, and an end.
func (n *node) visit(t *testing.T, r *rand.Rand) {
	pipe, frames := n.login(t)
	nc := turns{pipe, make(chan struct{}, 1)}
	defer nc.Close()
	var last atomic.Uint64
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		listen(nc, frames, &last)
	}()
	nc.Write(append(encode(t, 2, `channel.open`), encode(t, 3, `channel.open`)...))
	for range 100 {
		text := strings.NewReplacer(
			"Q", fmt.Sprintf("q%d", r.IntN(4)), "X", fmt.Sprintf("x%d", r.IntN(3)),
			"C", fmt.Sprintf("c%d", r.Uint32()), "LAST", fmt.Sprint(last.Load()),
		).Replace(actions[r.IntN(len(actions))])
		if _, err := nc.Write(encode(t, uint16(1+r.IntN(3)), text)); err != nil {
			return
		}
		if r.IntN(10) == 0 {
			time.Sleep(time.Duration(r.IntN(5)) * time.Millisecond)
		}
	}
	if r.IntN(2) == 0 {
		nc.Write(encode(t, 0, `connection.close 200 "bye"`))
		<-gone
	}
}

// turns is a connection that one writes to at a time. Waiting for the lock that
// a pipe has for it would stop the clock, while the server does not read.
type turns struct {
	net.Conn
	taken chan struct{}
}

func (c turns) Write(p []byte) (int, error) {
	c.taken <- struct{}{}
	defer func() { <-c.taken }()
	return c.Conn.Write(p)
}

// listen reads what comes, and answers what has to be: a channel that was
// closed is opened again.
func listen(nc net.Conn, frames *amqp.Reader, last *atomic.Uint64) {
	for {
		f, err := frames.Next()
		if err != nil {
			return
		}
		if f.Type != amqp.FrameMethod {
			continue
		}
		m, err := amqp.ParseMethod(f.Payload)
		if err != nil {
			return
		}
		switch m := m.(type) {
		case *amqp.BasicDeliver:
			last.Store(m.DeliveryTag)
		case *amqp.BasicGetOk:
			last.Store(m.DeliveryTag)
		case *amqp.ChannelClose:
			answer := amqp.AppendMethod(nil, f.Channel, &amqp.ChannelCloseOk{})
			go nc.Write(amqp.AppendMethod(answer, f.Channel, &amqp.ChannelOpen{}))
		case *amqp.ConnectionClose:
			go nc.Write(amqp.AppendMethod(nil, 0, &amqp.ConnectionCloseOk{}))
		}
	}
}

// purge empties all queues, and fails the test if one then still counts
// something.
func (n *node) purge(t *testing.T) {
	for _, v := range n.b.Vhosts() {
		for _, q := range v.Queues() {
			q.Purge()
			s := q.Stat()
			if s.Ready != 0 || s.ReadyBytes != 0 || s.Resident != 0 || s.ResidentBytes != 0 || s.Persistent != 0 {
				t.Errorf("%s is empty, yet has %+v", q, s)
			}
		}
	}
}
