package perf

import (
	"context"
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// connect opens a connection with no channel.
func connect(ctx context.Context, a dial.Address) (*dial.Conn, error) {
	return dial.Open(ctx, a, "hutchmq perf", amqp.DefaultFrameMax)
}

// addresses is a flag that names brokers.
type addresses struct{ to *[]dial.Address }

// Set implements flag.Value.
func (v addresses) Set(s string) error {
	for one := range strings.SplitSeq(s, ",") {
		a, err := dial.ParseAddress(one)
		if err != nil {
			return err
		}
		*v.to = append(*v.to, a)
	}
	return nil
}

// String implements flag.Value.
func (addresses) String() string { return "" }

// ready checks l, and makes its connections ready to be opened.
func (l *Load) ready() error {
	if err := l.check(); err != nil {
		return err
	}
	for i := range l.Brokers {
		if err := l.Trust.Ready(&l.Brokers[i]); err != nil {
			return err
		}
	}
	return nil
}
