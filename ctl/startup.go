package ctl

import (
	"errors"
	"strconv"
	"time"

	"github.com/hutchmq/hutchmq/ctl/client"
)

type ping struct{}

// Run asks for what anybody may ask for: no user is needed.
func (*ping) Run(o *operator) error {
	o.say("Will ping the broker at %s. This only checks that it answers.", o.client.Where())
	if err := o.client.Get(o.ctx, "/livez", nil); err != nil {
		return err
	}
	o.say("Ping succeeded")
	return nil
}

// awaitEvery is how often one looks for what is awaited.
const awaitEvery = 100 * time.Millisecond

// await waits until ready does, or is refused, or for as long as a request may
// take.
func (o *operator) await(ready func() (bool, error)) error {
	begun := time.Now()
	for {
		done, err := ready()
		if done && err == nil {
			return nil
		}
		if err != nil && !errors.Is(err, client.ErrUnreachable) && !errors.Is(err, client.ErrTimeout) && client.Status(err) != 503 {
			return err
		}
		if o.limit > 0 && time.Since(begun) > o.limit {
			return fail(exitTimeout, "the broker at %s has not become ready in %s seconds", o.client.Where(), strconv.FormatFloat(o.limit.Seconds(), 'f', -1, 64))
		}
		if err := o.sleep(awaitEvery); err != nil {
			return err
		}
	}
}

// started reports whether the broker takes requests. Its socket may have come
// meanwhile.
func (o *operator) started() (bool, error) {
	if again, err := newOperator(o.ctx, o.command, o.globals); err == nil {
		o.client = again.client
	}
	return true, o.client.Get(o.ctx, "/readyz", nil)
}

type awaitStartup struct{}

// Run waits.
func (*awaitStartup) Run(o *operator) error {
	o.say("Waiting for the broker to start ...")
	return o.await(o.started)
}

type wait struct {
	File string `arg:"" optional:"" name:"pidfile" help:"RabbitMQ waits for this file; here nothing is read from it."`
	PID  int    `name:"pid" short:"P" help:"RabbitMQ waits for this process; here it does not matter."`
}

// Run waits.
func (*wait) Run(o *operator) error { return (&awaitStartup{}).Run(o) }

type awaitOnline struct {
	Count int `arg:"" help:"How many."`
}

// Run waits until there are as many nodes.
func (v *awaitOnline) Run(o *operator) error {
	o.say("Will wait for at least %d nodes to join the cluster ...", v.Count)
	return o.await(func() (bool, error) {
		if _, err := o.started(); err != nil {
			return false, err
		}
		all, err := o.rows("nodes")
		return len(all) >= v.Count, err
	})
}
