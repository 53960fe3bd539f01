// Package server speaks AMQP 0-9-1: bytes of a socket on one side, a broker's
// session on the other. It knows no exchange's rules and no disk.
package server

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/tracing"
)

// Options are the limits and the looks of a server.
type Options struct {
	ChannelMax          uint16
	FrameMax            uint32        // bytes
	Heartbeat           time.Duration // 0 none
	MaxMessageSize      uint64        // bytes
	HandshakeTimeout    time.Duration
	ConsumersPerChannel int           // 0 no limit
	UnackedPerChannel   int           // deliveries a channel may hold, more wait in the queue; 0 no limit
	Prefetch            uint16        // of consumers whose channel asked for none; 0 no limit
	ConsumerTimeout     time.Duration // for an acknowledgement; 0 no limit
	Product, Version    string
	ClusterName         string
	AuthFailureDelay    time.Duration   // before a refused login is hung up on
	Mechanisms          []string        // that may be used; none: all
	AnonymousUser       string          // whom ANONYMOUS logs in; "" nobody
	Tracer              *tracing.Tracer // of messages that are sampled; nil: of none
	CertificateLogin    auth.CertificateLogin
}

// Server accepts connections and serves them until it is shut down.
type Server struct {
	broker  *broker.Broker
	options atomic.Pointer[Options] // what it points to does not change
	log     *slog.Logger
	began   time.Time

	confirmedUs atomic.Int64 // when somebody was told of a confirm, since began

	mu          sync.Mutex
	listeners   map[net.Listener]struct{}
	connections map[*connection]struct{}
	closing     bool
	done        sync.WaitGroup
}

// New makes a server of b.
func New(b *broker.Broker, o Options, log *slog.Logger) *Server {
	s := &Server{
		broker: b, log: log, began: time.Now(),
		listeners: map[net.Listener]struct{}{}, connections: map[*connection]struct{}{},
	}
	s.SetOptions(o)
	b.OnAlarm(s.alarmChanged)
	return s
}

// SetOptions changes the options from now on. What a connection agreed on with
// its client stays as it is, and so does the prefetch of open channels; all else
// holds at once. Anybody may call it.
func (s *Server) SetOptions(o Options) {
	if o.UnackedPerChannel == 0 {
		o.UnackedPerChannel = math.MaxInt
	}
	s.options.Store(&o)
}

// Serve accepts connections from l until Shutdown.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return l.Close()
	}
	s.listeners[l] = struct{}{}
	s.mu.Unlock()
	for {
		nc, err := l.Accept()
		switch {
		case err == nil:
			s.start(nc)
		case s.isClosing() || errors.Is(err, net.ErrClosed):
			return nil
		default:
			// Out of file descriptors, most likely: wait for some to come back.
			s.log.Warn("cannot accept a connection", "error", err)
			time.Sleep(50 * time.Millisecond)
		}
	}
}

func (s *Server) isClosing() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closing
}

// start serves one connection in a goroutine of its own.
func (s *Server) start(nc net.Conn) {
	c := newConnection(s, nc)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		nc.Close()
		return
	}
	s.connections[c] = struct{}{}
	s.done.Go(func() {
		c.serve()
		s.mu.Lock()
		delete(s.connections, c)
		s.mu.Unlock()
	})
}

// Connections is how many connections are open.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.connections)
}

// Shutdown stops accepting, lets publishes under way be confirmed, closes
// every connection with 320, and waits for them to end; when ctx is done it
// cuts those that are left.
func (s *Server) Shutdown(ctx context.Context) {
	s.mu.Lock()
	s.closing = true
	for l := range s.listeners {
		l.Close()
	}
	for c := range s.connections {
		c.kick(amqp.Shutdown.New())
	}
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.done.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		s.mu.Lock()
		for c := range s.connections {
			socket(c.nc).Close() // without a word, which might wait
		}
		s.mu.Unlock()
		<-ended
	}
}
