package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/definitions/cli"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/classic"
	"github.com/hutchmq/hutchmq/queue/volatile"
)

// stopped is a broker without listeners, on the data of one that does not run.
type stopped struct{ *broker.Broker }

// withData opens the data in dir, calls do, and stores what has changed. A
// broker that runs there keeps it from doing so.
func withData(dir string, do func(*broker.Broker) error) (err error) {
	if list, err := os.ReadDir(dir); err != nil || len(list) == 0 {
		return errors.Join(fmt.Errorf("%s holds no data of a broker", dir), err)
	}
	s := settings{DataDir: &dir, Config: os.Getenv("HUTCHMQ_CONFIG")}
	cfg, err := s.load()
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	st, err := openStore(cfg, 0, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	classicType, quorumType := classic.New(st), classic.NewQuorum(st)
	defer classicType.Close()
	defer quorumType.Close()
	b, err := broker.New(broker.Options{
		Store: st, Auth: auth.NewDatabase(cfg.Auth.LoopbackUsers), ExchangeTypes: exchangeTypes,
		QueueTypes: []queue.Type{classicType, quorumType}, ReplyType: volatile.Type,
		Defaults: defaultsOf(cfg), OnePolicy: !cfg.Policies.Merge, DefaultKind: cfg.DefaultQueueType, Node: cfg.Node.Name, Log: log,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	return do(b)
}

func defaultsOf(cfg *config.Config) broker.Defaults {
	return broker.Defaults{User: cfg.Defaults.User, Password: cfg.Defaults.Pass, Vhost: cfg.Defaults.Vhost}
}

// Plan implements cli.Broker.
func (s stopped) Plan(_ context.Context, d *definitions.Definitions, o cli.Options) (*definitions.Plan, error) {
	p := s.Summary(s.Broker.Plan([]*definitions.Definitions{d}, applyOptions(o)), math.MaxInt, false)
	return &p, nil
}

// Apply implements cli.Broker.
func (s stopped) Apply(_ context.Context, d *definitions.Definitions, o cli.Options) (*definitions.Plan, error) {
	list, err := s.By(broker.Actor{Via: "definitions"}).Apply([]*definitions.Definitions{d}, applyOptions(o))
	if _, conflicts := errors.AsType[*broker.ConflictError](err); err != nil && !conflicts {
		return nil, err
	}
	p := s.Summary(list, math.MaxInt, false)
	return &p, nil
}

// Export implements cli.Broker.
func (s stopped) Export(context.Context) (*definitions.Definitions, error) { return s.Broker.Export() }

func applyOptions(o cli.Options) broker.ApplyOptions {
	options := broker.ApplyOptions{Prune: o.Prune, Replace: o.Replace, Discard: o.Discard}
	if isTerminal(os.Stderr) {
		options.Progress = printProgress
	}
	return options
}

// printProgress tells of every thousandth record, and nothing of few.
func printProgress(done, of int) {
	if of >= 2000 && (done%1000 == 0 || done == of) {
		fmt.Fprintf(os.Stderr, "\r%d of %d records ", done, of)
	}
	if of >= 2000 && done == of {
		fmt.Fprintln(os.Stderr)
	}
}
