package broker

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/queue"
)

func TestLimitsRefuse(t *testing.T) {
	f := newFixture(t)
	var wrong LimitError
	if err := f.SetVhostLimit("/", MaxChannels, 1); !errors.As(err, &wrong) {
		t.Errorf("channels of a vhost: %v", err)
	}
	if err := f.SetUserLimit("guest", MaxQueues, 1); !errors.As(err, &wrong) {
		t.Errorf("queues of a user: %v", err)
	}
	if err := f.SetVhostLimit("none", MaxQueues, 1); !amqp.NoVhost.Is(err) {
		t.Errorf("unknown vhost: %v", err)
	}
	if err := f.SetUserLimit("nobody", MaxChannels, 1); !errors.Is(err, auth.ErrNoUser) {
		t.Errorf("unknown user: %v", err)
	}
	if err := f.SetVhostLimit("/", MaxPublishRate, 0); !errors.As(err, &wrong) {
		t.Errorf("nothing a second: %v", err)
	}
	if err := f.SetUserLimit("guest", MaxBytes, 1); !errors.As(err, &wrong) {
		t.Errorf("bytes in the queues of a user: %v", err)
	}
	if l := f.VhostLimits("/"); len(l) != 0 || len(f.inVhost) != 0 || len(f.ofUser) != 0 {
		t.Errorf("limits %v, tallies %v %v", l, f.inVhost, f.ofUser)
	}
}

// TestLimitsStay: over a restart, and over other changes; they go with what
// they limit.
func TestLimitsStay(t *testing.T) {
	f := newFixture(t)
	f.must(f.CreateVhost("v"))
	f.must(f.PutUser("u", "secret"))
	f.must(f.SetVhostLimit("v", MaxQueues, 1))
	f.must(f.SetVhostLimit("v", MaxConnections, -1))
	f.must(f.SetUserLimit("u", MaxChannels, 0))
	f.must(f.SetUserLimit("u", MaxConnections, 3))
	f.must(f.ClearUserLimit("u", MaxConnections))
	f.must(f.PutUser("u", "other", "management"))
	f.must(f.CreateVhost("v"))
	for range 2 {
		if l := f.VhostLimits("v"); !maps.Equal(l, Limits{MaxQueues: 1, MaxConnections: -1}) {
			t.Errorf("the vhost's: %v", l)
		}
		if l := f.UserLimits("u"); !maps.Equal(l, Limits{MaxChannels: 0}) {
			t.Errorf("the user's: %v", l)
		}
		f.must(f.SetPermission("guest", "v", auth.Permission{Configure: ".*"}))
		s := f.session("guest", "v")
		_, err := s.DeclareQueue(queue.Declaration{Name: "a", Durable: true})
		f.must(err)
		_, err = s.DeclareQueue(queue.Declaration{Name: "b"})
		f.refused(err, "PRECONDITION_FAILED - cannot declare queue 'b': queue limit in vhost 'v' (1) is reached")
		f.restart()
	}
	f.VhostLimits("v")[MaxQueues] = 7
	if f.VhostLimits("v")[MaxQueues] != 1 {
		t.Error("a map that was handed out is in use")
	}
	f.must(f.DeleteUser("u"))
	f.must(f.DeleteVhost("v"))
	f.must(f.PutUser("u", "secret"))
	f.must(f.CreateVhost("v"))
	f.restart()
	if len(f.VhostLimits("v")) != 0 || len(f.UserLimits("u")) != 0 {
		t.Errorf("limits outlived what they limit: %v %v", f.VhostLimits("v"), f.UserLimits("u"))
	}
}

// TestNodeLimits: what is restored counts.
func TestNodeLimits(t *testing.T) {
	f := newFixture(t)
	f.limits = NodeLimits{Connections: 1, Queues: 1, Exchanges: 1}
	f.restart()
	s := f.session("guest", "/")
	_, err := s.DeclareQueue(queue.Declaration{Name: "a", Durable: true})
	f.must(err)
	f.must(s.DeclareExchange(ExchangeDeclaration{Name: "a", Kind: "direct", Durable: true}))
	_, err = f.connect("guest", "none")
	f.refused(err, "NOT_ALLOWED - connection refused: node connection limit (1) is reached")
	f.restart()
	s = f.session("guest", "/")
	_, err = s.DeclareQueue(queue.Declaration{Name: "b"})
	f.refused(err, "PRECONDITION_FAILED - cannot declare queue 'b': queue limit in cluster (1) is reached")
	f.refused(s.DeclareExchange(ExchangeDeclaration{Name: "b", Kind: "direct"}),
		"PRECONDITION_FAILED - cannot declare exchange 'b' in vhost '/': exchange limit of 1 is reached")
}

// TestSetNodeLimits: they change under sessions that are open; what is there
// stays, and counts.
func TestSetNodeLimits(t *testing.T) {
	f := newFixture(t)
	s := f.session("guest", "/")
	declare := func(name string) error {
		_, err := s.DeclareQueue(queue.Declaration{Name: name})
		return errors.Join(err, s.DeclareExchange(ExchangeDeclaration{Name: name, Kind: "direct"}))
	}
	f.must(declare("a"))
	f.must(declare("b"))
	f.SetNodeLimits(NodeLimits{Connections: 1, Queues: 1, Exchanges: 1})
	if err := declare("c"); err == nil || strings.Count(err.Error(), "is reached") != 2 {
		t.Errorf("above the limits: %v", err)
	}
	f.must(declare("a")) // it is there
	if _, err := f.connect("guest", "/"); err == nil {
		t.Error("a connection above the limit")
	}
	if l := f.NodeLimits(); l.Queues != 1 {
		t.Errorf("the limits are %+v", l)
	}
	f.SetNodeLimits(NodeLimits{Queues: 3})
	f.must(declare("c"))
	if err := declare("d"); err == nil || strings.Count(err.Error(), "is reached") != 1 {
		t.Errorf("above one limit: %v", err)
	}
	f.SetNodeLimits(NodeLimits{})
	f.must(declare("e"))
}

// client is a connection as a property test remembers it.
type client struct {
	c        *Connection
	sessions []*Session
}

// TestCountsFollowConnections does what connections and channels do, in every
// order a dying connection may do it, and wants the tallies to be what is open.
func TestCountsFollowConnections(t *testing.T) {
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	f := newTenants(t)
	var open []client
	var gone []*Session // of connections that are closed
	for step := range 5000 {
		i := 0
		if len(open) > 0 {
			i = r.IntN(len(open))
		}
		switch n := r.IntN(6); {
		case n < 2 || len(open) == 0:
			if c, err := f.connect(fmt.Sprint("u", r.IntN(3)), fmt.Sprint("v", r.IntN(3))); err == nil {
				open = append(open, client{c: c})
			}
		case n == 2:
			if s, err := open[i].c.Open(); err == nil {
				open[i].sessions = append(open[i].sessions, s)
			}
		case n == 3 && len(open[i].sessions) > 0:
			s := open[i].sessions[0]
			open[i].sessions = open[i].sessions[1:]
			s.Close()
			s.Close()
		case n == 4:
			open[i].c.Close()
			open[i].c.Close()
			gone = append(gone, open[i].sessions...)
			open = append(open[:i], open[i+1:]...)
		case len(gone) > 0:
			gone[0].Close()
			gone = gone[1:]
		}
		if err := f.compare(open); err != nil {
			t.Fatalf("seed %d, step %d: %v", seed, step, err)
		}
	}
}

// newTenants has users u0 to u2 and vhosts v0 to v2, of which u1 and v1 are
// limited to 3 connections, and u2 to 4 channels.
func newTenants(t *testing.T) *fixture {
	f := newFixture(t)
	for i := range 3 {
		f.must(f.CreateVhost(fmt.Sprint("v", i)))
		f.must(f.PutUser(fmt.Sprint("u", i), "secret"))
	}
	for i := range 9 {
		f.must(f.SetPermission(fmt.Sprint("u", i/3), fmt.Sprint("v", i%3), auth.Permission{}))
	}
	f.must(f.SetVhostLimit("v1", MaxConnections, 3))
	f.must(f.SetUserLimit("u1", MaxConnections, 3))
	f.must(f.SetUserLimit("u2", MaxChannels, 4))
	return f
}

// compare counts by hand.
func (f *fixture) compare(open []client) error {
	inVhost, ofUser, channels := map[string]int{}, map[string]int{}, map[string]int{}
	for _, c := range open {
		inVhost[c.c.v.Name]++
		ofUser[c.c.User.Name]++
		channels[c.c.User.Name] += len(c.sessions)
	}
	if inVhost["v1"] > 3 || ofUser["u1"] > 3 || channels["u2"] > 4 {
		return fmt.Errorf("more than may be: %v %v %v", inVhost, ofUser, channels)
	}
	for i := range 3 {
		v, u := fmt.Sprint("v", i), fmt.Sprint("u", i)
		if got := f.inVhost[v].connections; got != inVhost[v] {
			return fmt.Errorf("%s has %d connections, counted %d", v, inVhost[v], got)
		}
		if got := f.ofUser[u]; got.connections != ofUser[u] || got.channels != channels[u] {
			return fmt.Errorf("%s has %d connections and %d channels, counted %+v", u, ofUser[u], channels[u], got)
		}
	}
	return nil
}

// TestLimitsAreExact: of many that come at once, as many get in as may.
func TestLimitsAreExact(t *testing.T) {
	f := newTenants(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	connections, sessions := 0, 0
	for range 8 {
		wg.Go(func() {
			c, err := f.connect("u0", "v1")
			if err != nil {
				return
			}
			mu.Lock()
			connections++
			mu.Unlock()
			f.must(f.SetVhostLimit("v1", MaxConnections, 3)) // while others connect
			c.Close()
		})
		wg.Go(func() {
			c, err := f.connect("u2", "v2")
			if err != nil {
				t.Error(err)
				return
			}
			for range 2 {
				if _, err := c.Open(); err == nil {
					mu.Lock()
					sessions++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if connections < 3 || sessions != 4 {
		t.Errorf("%d connections got in, and %d sessions", connections, sessions)
	}
	if _, counted := f.ofUser["u0"]; counted || f.inVhost["v1"].connections != 0 {
		t.Errorf("closed connections still count: %+v %+v", f.ofUser["u0"], f.inVhost["v1"])
	}
}
