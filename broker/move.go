package broker

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/auth"
)

// Verb is what a move does.
type Verb string

// The verbs.
const (
	MoveAway Verb = "move"   // publish to the target, and take out of the queue
	Copy     Verb = "copy"   // publish to the target
	Delete   Verb = "delete" // take out of the queue
)

// MoveOptions says what to move, and where to.
type MoveOptions struct {
	Verb         Verb
	Vhost, Queue string
	IDs          []uint64 // positions, as browsing tells them; nil: what Filter means
	Filter       MessageFilter
	To           Target
	Limit        int // messages; 0 is no limit
	PerSecond    int // 0 is as fast as it goes
	DryRun       bool
}

// MoveState says how far a move is.
type MoveState string

// The states of a move. The last three are for good.
const (
	Running   MoveState = "running"
	Paused    MoveState = "paused"
	Done      MoveState = "done"
	Cancelled MoveState = "cancelled"
	Failed    MoveState = "failed"
)

func (s MoveState) ended() bool { return s != Running && s != Paused }

// MoveStatus is a move in numbers. The maps are the caller's.
type MoveStatus struct {
	State   MoveState
	Problem string         // why it failed
	Total   int            // messages ready when it began, or IDs
	Looked  int            // messages looked at
	Meant   int            // messages meant
	Moved   int            // moved, copied or deleted; in a dry run what would have been
	Missing int            // meant, and gone before they could be taken
	Kept    map[string]int // meant, and left where they are, by reason
	Targets map[string]int // moved, by queue
	Began   time.Time
	Ended   time.Time // zero while it goes on
}

// Move is a job that moves, copies or deletes messages of a queue in the order
// of the queue: those that are ready when it begins. A message moves in one
// unit: a crash leaves it here or there. One that its target does not take
// stays in its place.
type Move struct {
	ID      uint64
	User    string
	Options MoveOptions

	cancel context.CancelFunc
	wake   chan struct{} // told when a pause ends
	ended  chan struct{} // closed at the end

	mu     sync.Mutex
	status MoveStatus
}

// Status is the move in numbers.
func (m *Move) Status() MoveStatus {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.status
	s.Kept, s.Targets = maps.Clone(s.Kept), maps.Clone(s.Targets)
	return s
}

// Pause stops the move until Resume. One that has ended stays so.
func (m *Move) Pause() { m.turn(Running, Paused) }

// Resume lets the move go on.
func (m *Move) Resume() {
	m.turn(Paused, Running)
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// Cancel ends the move. What has moved stays moved.
func (m *Move) Cancel() { m.cancel() }

func (m *Move) turn(from, to MoveState) {
	m.mu.Lock()
	if m.status.State == from {
		m.status.State = to
	}
	m.mu.Unlock()
}

// Wait returns when the move has ended, or after so long.
func (m *Move) Wait(atMost time.Duration) {
	t := time.NewTimer(atMost)
	defer t.Stop()
	select {
	case <-m.ended:
	case <-t.C:
	}
}

// note changes the status.
func (m *Move) note(f func(s *MoveStatus)) {
	m.mu.Lock()
	f(&m.status)
	m.mu.Unlock()
}

// end tells how the move ended.
func (m *Move) end(err error) {
	m.note(func(s *MoveStatus) {
		s.Ended = time.Now()
		switch {
		case err == nil:
			s.State = Done
		case errors.Is(err, context.Canceled):
			s.State = Cancelled
		default:
			s.State, s.Problem = Failed, err.Error()
		}
	})
	close(m.ended)
}

// StartMove begins a move for u, or refuses: with an *amqp.Error if u may not
// read the queue or write to the target, or something is not there; with an
// InvalidError if the options make no sense; with ErrTooManyMoves.
func (b *Broker) StartMove(u *auth.User, o MoveOptions) (*Move, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s, err := b.Open(u, o.Vhost, Client{Name: "move", Protocol: "internal", Channels: func() int { return 0 }})
	if err != nil {
		return nil, err
	}
	s.publisher.Prompt()
	r, err := newMover(s, &o)
	if err != nil {
		s.Close()
		return nil, err
	}
	m := &Move{User: u.Name, Options: o, wake: make(chan struct{}, 1), ended: make(chan struct{}), status: MoveStatus{
		State: Running, Began: time.Now(), Total: len(o.IDs), Kept: map[string]int{}, Targets: map[string]int{},
	}}
	if o.IDs == nil {
		m.status.Total = r.from.Stat().Ready
	}
	var ctx context.Context
	ctx, m.cancel = context.WithCancel(b.moves.ctx)
	r.move = m
	if err := b.moves.add(m); err != nil {
		m.cancel()
		s.Close()
		return nil, err
	}
	b.log.Info("messages are moved", "move", m.ID, "verb", o.Verb, "queue", o.Queue, "vhost", o.Vhost, "user", u.Name)
	go func() {
		defer b.moves.done.Done()
		defer m.cancel()
		defer s.Close()
		m.end(r.run(ctx))
	}()
	return m, nil
}

// maxMoveIDs is how many messages a move may name.
const maxMoveIDs = 10_000

func (o *MoveOptions) check() error {
	targets := 0
	for _, set := range []bool{o.To.Origin != "", o.To.Queue != "", o.To.Exchange != "" || o.To.Key != nil} {
		if set {
			targets++
		}
	}
	switch {
	case len(o.IDs) > maxMoveIDs:
		return InvalidError(fmt.Sprintf("more than %d ids", maxMoveIDs))
	case o.Limit < 0 || o.PerSecond < 0:
		return InvalidError("a limit or rate is negative")
	case o.Verb == Delete && targets > 0:
		return InvalidError("what is deleted goes nowhere")
	case o.Verb != Delete && targets != 1:
		return InvalidError("name one target: a queue, an exchange, or an origin")
	case o.To.Origin != "" && o.To.Origin != OriginQueue && o.To.Origin != OriginExchange:
		return InvalidError("an origin is queue or exchange")
	}
	return nil
}
