// Package drain moves what is in the queues of one AMQP 0-9-1 broker into the
// queues of the same names of another. It is a client of both, over their wire
// and the management API of the first; it knows no broker from inside.
//
// A message is acknowledged at the source once the target has confirmed it, and
// not before: what happens in between may double messages, and loses none.
package drain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hutchmq/hutchmq/amqp/dial"
	"github.com/hutchmq/hutchmq/ctl/client"
)

// What a drain can end with, each wrapped with the details.
var (
	// ErrLost: a broker cannot be reached, or a connection broke.
	ErrLost = errors.New("")
	// ErrStays: some messages stay at the source, and the report says why.
	ErrStays = errors.New("some messages stay at the source")
	// ErrInterrupted: it was to go on until all queues are empty, and they are not.
	ErrInterrupted = errors.New("interrupted: what was not moved is still at the source")
)

// Options say what is moved, and how.
type Options struct {
	Source, Target dial.Address
	API            *client.Client // of the source, to list its queues; nil: Names say which
	TargetVhost    string         // "": the vhost at the source is that at the target

	Choice Choice

	Follow   bool // go on until the context ends, whether there is anything or not
	Parallel int  // queues at a time; at least 1
	Prefetch int  // messages of a queue under way at a time; 1 to 65,535

	// Tell is called every second, if it is not nil, by one goroutine.
	Tell func(Progress)
	// Say hears of what happens to a queue, one line each, unless it is nil.
	// Calls may be concurrent.
	Say func(line string)
}

// Progress is how far a drain has come.
type Progress struct {
	Moved   uint64
	Found   uint64 // in the queues that were looked at, those that were moved included
	Blocked bool   // the target takes nothing for the moment: an alarm
}

// pause is between two rounds of a drain that follows.
const pause = time.Second

// drain is one run.
type drain struct {
	Options
	report  *Report
	workers []*worker

	moved, found atomic.Uint64
}

// Run moves messages until the queues are empty or, with Follow, until ctx ends.
// The report is there whatever the error. What is under way when ctx ends is
// given a few seconds to be confirmed.
func Run(ctx context.Context, o Options) (*Report, error) {
	d := &drain{Options: o, report: newReport()}
	for range max(o.Parallel, 1) {
		d.workers = append(d.workers, &worker{drain: d})
	}
	defer d.closeAll()
	defer d.tell()()
	err := d.run(ctx)
	d.report.finish()
	if err == nil && d.report.stays() {
		err = ErrStays
	}
	return d.report, err
}

// Survey counts what is there to be moved, and moves nothing.
func Survey(ctx context.Context, o Options) (*Report, error) {
	d := &drain{Options: o, report: newReport()}
	d.report.survey = true
	w := &worker{drain: d}
	d.workers = []*worker{w}
	defer d.closeAll()
	list, err := d.filled(ctx)
	if err != nil {
		return d.report, err
	}
	for _, q := range list {
		if err := w.missing(ctx, q); err != nil {
			return d.report, err
		}
	}
	if d.report.finish(); d.report.stays() {
		return d.report, ErrStays
	}
	return d.report, nil
}

func (d *drain) run(ctx context.Context) error {
	trouble := ""
	for {
		more, err := d.round(ctx)
		switch {
		case ctx.Err() != nil && d.Follow:
			return nil
		case ctx.Err() != nil:
			return ErrInterrupted
		case err != nil && d.Follow && errors.Is(err, ErrLost):
			if err.Error() != trouble {
				trouble = err.Error()
				d.say("%s; trying again", trouble)
			}
		case err != nil:
			return err
		case !more && !d.Follow:
			return nil
		default:
			trouble = ""
		}
		if d.Follow {
			select {
			case <-ctx.Done():
			case <-time.After(pause):
			}
		}
	}
}

// round visits every queue that holds something, once. more is whether there
// was any that may hold more.
func (d *drain) round(ctx context.Context) (more bool, err error) {
	list, err := d.filled(ctx)
	if err != nil || len(list) == 0 {
		return false, err
	}
	next := make(chan filled)
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var wg sync.WaitGroup
	for _, w := range d.workers[:min(len(d.workers), len(list))] {
		wg.Go(func() {
			for q := range next {
				if err := w.visit(ctx, q); err != nil {
					stop(err)
				}
			}
		})
	}
	for _, q := range list {
		select {
		case next <- q:
		case <-ctx.Done():
		}
	}
	close(next)
	wg.Wait()
	if err := context.Cause(ctx); errors.Is(err, ErrLost) {
		return true, err
	}
	return true, nil
}

// filled lists the queues that hold something, but for those that were given up.
func (d *drain) filled(ctx context.Context) (list []filled, err error) {
	queues, err := d.queues(ctx)
	if err != nil {
		return nil, err
	}
	found := uint64(0)
	for _, q := range queues {
		if d.report.gaveUp(q) {
			continue
		}
		n, err := d.workers[0].count(ctx, q)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			list = append(list, filled{q, n})
			found += n
		}
	}
	d.found.Store(d.moved.Load() + found)
	return list, nil
}

func (d *drain) say(format string, args ...any) {
	if d.Say != nil {
		d.Say(fmt.Sprintf(format, args...))
	}
}

// tell calls Tell until it is told to stop.
func (d *drain) tell() (stop func()) {
	if d.Tell == nil {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				d.Tell(d.progress())
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

func (d *drain) progress() Progress {
	p := Progress{Moved: d.moved.Load(), Found: d.found.Load()}
	p.Found = max(p.Found, p.Moved)
	for _, w := range d.workers {
		p.Blocked = p.Blocked || w.blocked.Load()
	}
	return p
}

func (d *drain) closeAll() {
	for _, w := range d.workers {
		w.close()
	}
}

// targetVhost is where the queues of a vhost are at the target.
func (d *drain) targetVhost(vhost string) string { return cmp.Or(d.TargetVhost, vhost) }
