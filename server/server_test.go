package server

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/classic"
	"github.com/hutchmq/hutchmq/queue/volatile"
	"github.com/hutchmq/hutchmq/store"
)

// testOptions are the limits a broker has unless it is told others.
func testOptions() Options {
	return Options{
		ChannelMax: 2047, FrameMax: 128 << 10, Heartbeat: time.Minute, MaxMessageSize: 16 << 20,
		HandshakeTimeout: 10 * time.Second, UnackedPerChannel: 1 << 16,
		Product: "HutchMQ", Version: "1.2.3", ClusterName: "rabbit@test", AuthFailureDelay: 3 * time.Second,
	}
}

// node is a whole broker in memory. Its clients are pipes.
type node struct {
	*Server
	b *broker.Broker
}

// newNode starts a node; the test closes it.
func newNode(t testing.TB, o Options) *node {
	t.Helper()
	return newNodeOn(t, o, store.NewMemory())
}

// newNodeOn is newNode with a store, which it closes.
func newNodeOn(t testing.TB, o Options, st store.Store) *node {
	t.Helper()
	return newNodeWith(t, o, st, func(*broker.Options) {})
}

// newNodeWith is newNodeOn with a broker whose options were edited.
func newNodeWith(t testing.TB, o Options, st store.Store, edit func(*broker.Options)) *node {
	t.Helper()
	classicType, quorumType := classic.New(st), classic.NewQuorum(st)
	log := slog.New(slog.DiscardHandler)
	bo := broker.Options{
		Store: st,
		Auth:  auth.NewDatabase(nil),
		ExchangeTypes: []exchange.Type{
			exchange.Direct, exchange.Fanout, exchange.Topic, exchange.Headers,
			exchange.ConsistentHash, exchange.ModulusHash, exchange.Random, exchange.LocalRandom, exchange.RecentHistory,
			exchange.Delayed([]exchange.Type{exchange.Direct, exchange.Topic}), exchange.Deduplicating,
		},
		QueueTypes: []queue.Type{classicType, quorumType},
		ReplyType:  volatile.Type,
		Defaults:   broker.Defaults{User: "guest", Password: "guest", Vhost: "/"},
		Alarms:     broker.AlarmOptions{Dir: "."},
		Node:       "rabbit@test",
		Log:        log,
	}
	edit(&bo)
	b, err := broker.New(bo)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{New(b, o, log), b}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		n.Shutdown(ctx)
		err := b.Close()
		classicType.Close()
		quorumType.Close()
		if err := errors.Join(err, st.Close()); err != nil {
			t.Error(err)
		}
	})
	return n
}

// dial is the client's end of a new connection.
func (n *node) dial() net.Conn {
	theirs, ours := net.Pipe()
	n.start(theirs)
	return ours
}

// login opens a connection and its channel 1. It has no
// heartbeats.
func (n *node) login(t testing.TB) (net.Conn, *amqp.Reader) {
	t.Helper()
	nc := n.dial()
	return nc, login(t, nc)
}

func login(t testing.TB, nc net.Conn) *amqp.Reader {
	t.Helper()
	go nc.Write(slices.Concat(protocolHeader[:],
		encode(t, 0, `connection.start-ok mechanism=PLAIN response="\x00guest\x00guest" locale=en_US`),
		encode(t, 0, `connection.tune-ok ; connection.open virtual_host=/`),
		encode(t, 1, `channel.open`)))
	r := amqp.NewReader(nc)
	for _, name := range []string{"start", "tune", "open-ok", "channel.open-ok"} {
		if _, err := r.Next(); err != nil {
			t.Fatalf("waiting for %s: %v", name, err)
		}
	}
	return r
}

// encode is what a client sends on a channel, in the notation of scripts.
func encode(t testing.TB, channel uint16, text string) []byte {
	t.Helper()
	wire, err := encodeBurst(channel, text)
	if err != nil {
		t.Fatal(err)
	}
	return wire
}

// alarm sets alarms, and clears the others.
func (n *node) alarm(which ...string) {
	var memory broker.Watermark
	var diskFree int64
	if slices.Contains(which, "memory") {
		memory.Bytes = 1
	}
	if slices.Contains(which, "disk") {
		diskFree = math.MaxInt64
	}
	n.b.SetMemoryWatermark(memory)
	n.b.SetDiskFreeLimit(diskFree)
}

// idle fails the test if a queue still counts deliveries to somebody.
func (n *node) idle(t testing.TB) {
	t.Helper()
	if open := n.Connections(); open > 0 {
		t.Errorf("%d connections are left", open)
	}
	for _, v := range n.b.Vhosts() {
		for _, q := range v.Queues() {
			if s := q.Stat(); s.Unacked != 0 || s.UnackedBytes != 0 || s.Consumers != 0 {
				t.Errorf("nobody is connected, yet %s has %+v", q, s)
			}
		}
	}
}
