package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
)

type serverCommand struct{ settings }

// Run serves until a signal asks to stop; a second one ends the process at
// once.
func (s *serverCommand) Run() error {
	reading, err := s.read()
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop)
	log, err := newLog(reading.Config.Log)
	if err != nil {
		return err
	}
	set := newSettled(s.sources(), reading, log.Logger)
	return errors.Join(serve(ctx, set, log), log.close())
}
