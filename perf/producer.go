package perf

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

const (
	// maxBatch is when a batch is written, in bytes.
	maxBatch = 64 << 10

	// graceTime is how long a producer that is told to stop may take to finish
	// its last write.
	graceTime = 5 * time.Second

	// silence is how long a broker may say nothing before we wait no longer.
	silence = 10 * time.Second
)

// producer publishes over a connection of its own. One goroutine runs it,
// another listens.
type producer struct {
	*dial.Conn
	outlets []*outlet
	next    int // outlet
	pace    pace
	left    int // messages
	random  *rand.Rand
	batch   []byte

	sent, confirmed, nacked, returned atomic.Uint64
	confirms                          *histogram
	beganNs, endedNs                  int64
	cut                               bool          // stopped before the broker had dealt with all
	wake                              chan struct{} // there may be room again
	heard                             chan struct{} // closed when the listener ends
	reason                            error         // why it did
}

// newProducer opens a connection with the channels of a load; first is the
// number of the first of them among those of all producers.
func newProducer(ctx context.Context, l *Load, p *plan, a dial.Address, first int, run uint16) (*producer, error) {
	c, err := connect(ctx, a)
	if err != nil {
		return nil, err
	}
	x := &producer{
		Conn: c, pace: pace{perSecond: l.PublishRate, phases: l.VariableRate}, left: l.PublishCount,
		random: rand.New(rand.NewPCG(uint64(first), uint64(run))), batch: make([]byte, 0, maxBatch+4096),
		confirms: new(histogram), wake: make(chan struct{}, 1), heard: make(chan struct{}),
	}
	if x.left == 0 {
		x.left = math.MaxInt
	}
	for n := range l.ProducerChannels {
		if err := x.addOutlet(l, p, uint16(n+1), first+n, run); err != nil {
			c.Close()
			return nil, err
		}
	}
	return x, nil
}

func (p *producer) addOutlet(l *Load, plan *plan, number uint16, channel int, run uint16) error {
	if err := p.OpenChannel(number); err != nil {
		return err
	}
	o := newOutlet(l, plan, number, channel, run, p.FrameMax)
	if l.Window > 0 {
		if _, err := dial.Call[*amqp.ConfirmSelectOk](p.Conn, number, &amqp.ConfirmSelect{}); err != nil {
			return err
		}
		o.window = newWindow(l.Window, p.confirms)
	}
	p.outlets = append(p.outlets, o)
	return nil
}

// run publishes until ctx ends or all is sent, waits for what is not confirmed,
// and closes the connection: then the broker has dealt with everything.
func (p *producer) run(ctx context.Context) error {
	defer func() {
		p.Conn.Close()
		<-p.heard
	}()
	defer context.AfterFunc(ctx, func() { p.SetWriteDeadline(time.Now().Add(graceTime)) })()
	go p.listen()
	p.beganNs = now()
	err := p.publish(ctx)
	if err == nil {
		err = p.collect()
	}
	p.endedNs = now()
	if err == nil {
		err = p.finish()
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		p.cut = true
	case err != nil:
		return fmt.Errorf("publishing: %w", err)
	}
	return nil
}

// publish returns when ctx has ended or all is sent.
func (p *producer) publish(ctx context.Context) error {
	for p.left > 0 && ctx.Err() == nil {
		n, wait := p.fill(now())
		var err error
		if n > 0 {
			err = p.flush(n)
		} else {
			err = p.pause(ctx, wait)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pause waits that long, or for room if that is 0. It is an error if the broker
// breaks off.
func (p *producer) pause(ctx context.Context, wait time.Duration) error {
	if wait > 0 && wait < briefly {
		nap(wait)
		return nil
	}
	var due <-chan time.Time
	if wait > 0 {
		due = time.After(wait)
	}
	select {
	case <-p.wake:
	case <-due:
	case <-ctx.Done():
	case <-p.heard:
		return p.reason
	}
	return nil
}

// fill makes the next batch, of one channel. Without one, wait is how long the
// rate forbids it, or 0 when all windows are full.
func (p *producer) fill(at int64) (n int, wait time.Duration) {
	p.batch = p.batch[:0]
	due, wait := p.pace.due(at)
	due = min(due, p.left)
	for range p.outlets {
		if n > 0 || due == 0 {
			break
		}
		o := p.outlets[p.next]
		p.next = (p.next + 1) % len(p.outlets)
		p.batch, n = o.fill(p.batch, due, at, p.random)
	}
	p.pace.did(n)
	p.left -= n
	return n, wait
}

// flush writes a batch of n messages.
func (p *producer) flush(n int) error {
	_, err := p.Write(p.batch)
	switch {
	case err == nil:
		p.sent.Add(uint64(n))
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return dial.Cause(err)
	}
	// The broker may have said why before it hung up.
	select {
	case <-p.heard:
		return p.reason
	case <-time.After(time.Second):
		return dial.Cause(err)
	}
}
