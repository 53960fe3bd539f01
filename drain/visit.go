package drain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// grace is how long confirms are waited for, when it is to end early.
const grace = 5 * time.Second

// visit moves messages of one queue, over channels of its own on both sides.
// Deliveries are published in their order, so that the delivery tag of the
// source is the number of the publish at the target.
//
//	source ── deliver 1 2 3 4 … ──► carry ── publish 1 2 3 4 … ──► target
//	source ◄──── ack 1 2 ────────── settle ◄──── ack 1 2 ───────── target
type visit struct {
	*worker
	queue string
	quota uint64 // messages, after which it ends

	// What carry has.
	publish  []byte    // the frame of a basic.publish
	out      []byte    // frames for the target
	headers  bool      // a content header is awaited
	body     uint64    // bytes of body that are awaited
	heard    time.Time // when a message came
	asked    bool      // basic.cancel was sent
	stopping bool      // deliveries go back

	sent  atomic.Uint64 // messages, wholly
	final atomic.Bool   // sent does not grow any more
	moved atomic.Uint64 // messages, acknowledged at the source
	open  atomic.Uint64 // messages that are not settled

	mu  sync.Mutex
	err error       // the first that happened
	bad atomic.Bool // there is one, or the target refused
	why atomic.Pointer[leftError]
}

// leftError is why a queue is left as it is.
type leftError struct{ why string }

// Error implements error.
func (e *leftError) Error() string { return e.why }

func newVisit(w *worker, q filled) *visit {
	v := &visit{worker: w, queue: q.Name, quota: q.messages, heard: time.Now()}
	v.publish = amqp.AppendMethod(nil, channel, &amqp.BasicPublish{RoutingKey: []byte(q.Name), Mandatory: true})
	return v
}

// run returns once everything under way is settled. After an error both
// connections are of no more use.
func (v *visit) run(ctx context.Context) error {
	if err := v.begin(); err != nil {
		return err
	}
	settled := make(chan struct{})
	go func() {
		defer close(settled)
		v.settle()
	}()
	defer context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			v.fail(context.Cause(ctx))
		case <-settled:
		}
	})()
	v.carry(ctx)
	v.final.Store(true)
	v.target.SetReadDeadline(time.Now()) // settle looks around
	<-settled
	if left := v.why.Load(); left != nil {
		return left
	}
	if err := v.failed(); err != nil {
		return err
	}
	return errors.Join(closeChannel(v.source), closeChannel(v.target))
}

// begin opens the channels and consumes.
func (v *visit) begin() error {
	if err := v.target.OpenChannel(channel); err != nil {
		return err
	}
	if _, err := dial.Call[*amqp.ConfirmSelectOk](v.target, channel, &amqp.ConfirmSelect{}); err != nil {
		return err
	}
	if err := v.source.OpenChannel(channel); err != nil {
		return err
	}
	if _, err := dial.Call[*amqp.BasicQosOk](v.source, channel, &amqp.BasicQos{PrefetchCount: uint16(v.Prefetch)}); err != nil {
		return err
	}
	return v.source.Send(channel, &amqp.BasicConsume{Queue: v.queue, ConsumerTag: product}) // deliveries may come before the answer
}

// fail ends both connections for a reason, of which the first counts.
func (v *visit) fail(err error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.err == nil {
		v.err = err
	}
	v.bad.Store(true)
	v.source.Close()
	v.target.Close()
}

func (v *visit) failed() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.err
}

// left has the visit end, with the queue as it is.
func (v *visit) left(format string, args ...any) {
	v.why.CompareAndSwap(nil, &leftError{fmt.Sprintf(format, args...)})
	v.bad.Store(true)
}
