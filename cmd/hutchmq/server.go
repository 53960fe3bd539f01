package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/mgmt"
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
	log, book := newLog(cfg.Log, os.Stderr)
	list, err := config.Settings(s.sources())
	if err != nil {
		return err
	}
	return serve(ctx, cfg, s.Config, log, mgmt.WithLog(book), mgmt.WithSettings(list))
}
