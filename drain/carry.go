package drain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

const (
	tick      = 250 * time.Millisecond // how long a read waits before somebody looks around
	patience  = 30 * time.Second       // with a queue that has messages and delivers none
	maxUnsent = 256 << 10              // bytes that are gathered before they are written
)

// errTick: nothing came for a while.
var errTick = errors.New("nothing came")

// next is the next frame of c.
func next(c *dial.Conn) (amqp.Frame, error) {
	if !c.In.Ready() {
		c.SetReadDeadline(time.Now().Add(tick))
	}
	f, err := c.In.Next()
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return f, errTick
	}
	if err != nil {
		err = dial.Broken(err)
	}
	return f, err
}

// carry publishes what is delivered, until the source has said that no more
// comes.
func (v *visit) carry(ctx context.Context) {
	for {
		f, err := next(v.source)
		done := false
		switch {
		case errors.Is(err, errTick):
			err = v.look()
		case err != nil:
			err = fmt.Errorf("source: %w", err)
		default:
			done, err = v.take(f)
		}
		if err == nil && (!v.source.In.Ready() || len(v.out) > maxUnsent) {
			err = v.flush()
		}
		if err == nil {
			err = v.perhapsStop(ctx)
		}
		if err != nil {
			v.fail(err)
			return
		}
		if done {
			return
		}
	}
}

// flush writes to the target what is gathered.
func (v *visit) flush() error {
	if len(v.out) == 0 {
		return nil
	}
	_, err := v.target.Write(v.out)
	v.out = v.out[:0]
	if err != nil {
		return fmt.Errorf("target: %w", dial.Cause(err))
	}
	return nil
}

// perhapsStop asks for no more deliveries when there are enough, or something
// is wrong.
func (v *visit) perhapsStop(ctx context.Context) error {
	if v.asked || v.sent.Load() < v.quota && !v.bad.Load() && ctx.Err() == nil {
		return nil
	}
	v.asked = true
	return v.source.Send(channel, &amqp.BasicCancel{ConsumerTag: product})
}

// look asks how many messages are left, when none came for a while and none
// are under way: those that were there may have expired.
func (v *visit) look() error {
	if v.asked || v.open.Load() > 0 {
		v.heard = time.Now()
		return nil
	}
	if time.Since(v.heard) > patience {
		v.left("source: %d messages are ready, and it delivers none: is it a stream, or has it a single active consumer?", v.quota)
		return nil
	}
	return v.source.Send(channel, &amqp.QueueDeclare{Queue: v.queue, Passive: true})
}
