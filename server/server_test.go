package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/classic"
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
	st := store.NewMemory()
	classicType, quorumType := classic.New(st), classic.NewQuorum(st)
	log := slog.New(slog.DiscardHandler)
	b, err := broker.New(broker.Options{
		Store:         st,
		Auth:          auth.NewDatabase(nil),
		ExchangeTypes: []exchange.Type{exchange.Direct, exchange.Fanout, exchange.Topic, exchange.Headers},
		QueueTypes:    []queue.Type{classicType, quorumType},
		Defaults:      broker.Defaults{User: "guest", Password: "guest", Vhost: "/"},
		Log:           log,
	})
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
