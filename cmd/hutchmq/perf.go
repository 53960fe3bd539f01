package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/hutchmq/hutchmq/perf"
)

type perfCommand struct {
	Args []string `arg:"" optional:"" help:"See hutchmq perf --help."`
}

// Run loads a broker until that is done or a signal asks to stop; a second one
// ends the process at once.
func (p *perfCommand) Run() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop)
	c := perf.Command{Out: os.Stdout, Live: os.Stderr}
	err := c.Run(ctx, p.Args)
	if errors.Is(err, perf.ErrUsage) {
		return fmt.Errorf("%w%w", errUsage, err)
	}
	return err
}
