package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

type serverCommand struct{ settings }

// Run serves until a signal asks to stop; a second one ends the process at
// once.
func (s *serverCommand) Run() error {
	cfg, err := s.load()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop)
	return serve(ctx, cfg, s.Config, newLog(cfg.Log, os.Stderr))
}
