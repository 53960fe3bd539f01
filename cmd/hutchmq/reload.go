package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/systemd"
)

// settled is the configuration in effect, and how it changes while the broker
// runs.
type settled struct {
	sources config.Sources
	log     *slog.Logger
	signals chan os.Signal   // those that came, also while the broker was starting
	service *systemd.Service // hears of a reload that a signal asked for; may be nil

	// What may refuse a new configuration, and has then changed nothing; it runs
	// before apply, in this order.
	attempts []func(*config.Config) error
	// What takes over the values of live keys, and cannot fail. What was changed
	// by hand, and not in the file, stays so.
	apply []func(was, is *config.Config)

	mu  sync.Mutex // held while it changes
	now *config.Reading
}

// settings are those in effect.
func (s *settled) settings() []config.Setting {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now.Settings
}

// reload reads all sources again. What changes at once is applied, what does not
// is named; after an error everything is as it was.
func (s *settled) reload() (config.Outcome, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out, err := s.take()
	if err != nil {
		s.log.Error("the configuration is not reloaded, and stays as it is", "error", err)
		return out, err
	}
	for _, c := range out.Applied {
		s.log.Info("setting changed", "key", c.Key, "from", c.From, "to", c.To)
	}
	for _, c := range out.Waiting {
		s.log.Warn("setting needs a restart", "key", c.Key, "from", c.From, "to", c.To)
	}
	s.log.Info("configuration reloaded", "applied", len(out.Applied), "needs_restart", len(out.Waiting))
	return out, nil
}

// take is reload, without words. s.mu is held.
func (s *settled) take() (out config.Outcome, err error) {
	next, err := config.Read(s.sources)
	if err != nil {
		return out, err
	}
	out = config.Sort(s.now.Changes(next))
	now := s.now.Adopt(next)
	for _, attempt := range s.attempts {
		if err := attempt(now.Config); err != nil {
			return out, err
		}
	}
	for _, apply := range s.apply {
		apply(s.now.Config, now.Config)
	}
	s.now = now
	return out, nil
}

// newSettled is what was read from sources. From now on SIGHUP and SIGUSR1 end
// nothing.
func newSettled(sources config.Sources, now *config.Reading, log *slog.Logger) *settled {
	s := &settled{sources: sources, log: log, signals: make(chan os.Signal, 1), now: now}
	signal.Notify(s.signals, syscall.SIGHUP, rotateSignal)
	return s
}

// onSignals reloads at SIGHUP and has rotate called at SIGUSR1, until ctx ends.
func (s *settled) onSignals(ctx context.Context, rotate func() error) {
	for {
		select {
		case <-ctx.Done():
			return
		case sig := <-s.signals:
			if sig == syscall.SIGHUP {
				s.service.Reloading()
				s.reload()
				s.service.Ready("serving")
			} else if err := rotate(); err != nil {
				s.log.Error("cannot rotate the log", "error", err)
			}
		}
	}
}
