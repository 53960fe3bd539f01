package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/listener"
	"github.com/hutchmq/hutchmq/mgmt"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/classic"
	"github.com/hutchmq/hutchmq/queue/volatile"
	"github.com/hutchmq/hutchmq/server"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/tracing"
)

// shutdownTimeout is how long clients may take to say good-bye. What stops a
// container kills it after ten seconds.
const shutdownTimeout = 5 * time.Second

// exchangeTypes are all there are: the last goes around any of the others.
var exchangeTypes = append(slices.Clone(plainTypes), exchange.Delayed(plainTypes))

var plainTypes = []exchange.Type{
	exchange.Direct, exchange.Fanout, exchange.Topic, exchange.Headers,
	exchange.ConsistentHash, exchange.ModulusHash, exchange.Random, exchange.LocalRandom, exchange.RecentHistory,
	exchange.Deduplicating,
}

// serve runs the broker until ctx ends. It returns once everything is stopped
// and stored.
func serve(ctx context.Context, set *settled, logs *logs) (err error) {
	cfg, file, log := set.now.Config, set.sources.File, logs.Logger
	slog.SetDefault(log)
	began := time.Now()
	log.Info("starting HutchMQ", "version", version, "node", cfg.Node.Name, "data_dir", cfg.DataDir)
	sayNotes(set.now, file, log)
	service := dialSystemd(log)
	defer service.Close()
	set.service = service
	service.Status("recovering the data in " + cfg.DataDir)
	memory := limitMemory(cfg, log)
	keepHeadroom()
	go returnMemory(ctx)
	st, err := openStore(cfg, memory.staged, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()

	budget := classic.NewBudget(memory.messages)
	classicType, quorumType := classic.New(st).Within(budget), classic.NewQuorum(st).Within(budget)
	defer classicType.Close()
	defer quorumType.Close()
	users := auth.NewDatabase(cfg.Auth.LoopbackUsers)
	logins := &logins{users: users, log: log}
	if err := logins.attempt(cfg); err != nil {
		return err
	}
	logins.offer(cfg)
	b, err := broker.New(broker.Options{
		Store: st,
		Auth:  users, Logins: logins.next,
		ExchangeTypes: exchangeTypes,
		QueueTypes:    []queue.Type{classicType, quorumType},
		ReplyType:     volatile.Type,
		Defaults:      broker.Defaults{User: cfg.Defaults.User, Password: cfg.Defaults.Pass, Vhost: cfg.Defaults.Vhost},
		OnePolicy:     !cfg.Policies.Merge,
		Limits:        nodeLimits(cfg),
		Alarms: broker.AlarmOptions{
			Total:         broker.Watermark(cfg.Memory.Limit),
			Memory:        broker.Watermark(cfg.Alarms.MemoryHighWatermark),
			DiskFreeLimit: int64(cfg.Alarms.DiskFreeLimit), Dir: cfg.DataDir,
		},
		DefaultKind: cfg.DefaultQueueType,
		Node:        cfg.Node.Name,
		Log:         log,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	sayDefaults(set.now, b, log)
	if err := importDefinitions(b, cfg); err != nil {
		return err
	}

	tracer, err := newTracer(cfg, log)
	if err != nil {
		return err
	}
	if tracer != nil {
		defer tracer.Close()
	}
	s := server.New(b, serverOptions(cfg, tracer), log)
	certificates := listener.NewCertificates(log)
	set.attempts = []func(*config.Config) error{
		logins.attempt,
		func(*config.Config) error { return certificates.Reload() },
		func(c *config.Config) error { return importDefinitions(b, c) },
	}
	set.apply = []func(was, is *config.Config){
		func(was, is *config.Config) { logs.apply(was.Log, is.Log) },
		func(_, is *config.Config) { s.SetOptions(serverOptions(is, tracer)) },
		func(_, is *config.Config) { logins.apply(is, b) },
		func(_, is *config.Config) { b.SetNodeLimits(nodeLimits(is)) },
		func(was, is *config.Config) { setAlarms(b, was, is, log) },
		func(_, is *config.Config) {
			if tracer != nil {
				tracer.SetSample(float64(is.Tracing.Sample))
			}
		},
	}
	facts := mgmt.Facts{Version: version, DataDir: cfg.DataDir, ConfigFile: file, LogFile: cfg.Log.File, Mechanisms: logins.mechanisms}
	web, err := listen(s, b, cfg, log, certificates, facts, []mgmt.Option{
		mgmt.WithLog(logs.book), mgmt.WithRotation(logs.rotate),
		mgmt.WithSettings(set.settings), mgmt.WithReload(set.reload),
	})
	if err != nil {
		return err
	}
	defer web.close()
	go certificates.Watch(ctx)
	go set.onSignals(ctx, logs.rotate)
	log.Info("ready", "seconds", math.Round(time.Since(began).Seconds()*1000)/1000)
	log.Info(fmt.Sprintf("Server startup complete; %d plugins started.", plugins(cfg))) // what tools wait for
	service.Watch(b.Failed)
	service.Ready("serving")
	<-ctx.Done()
	log.Info("shutting down")
	service.Stopping()
	timeout, cancel := context.WithTimeout(context.Background(), shutdownTimeout)
	defer cancel()
	s.Shutdown(timeout)
	log.Info("stopped")
	return nil
}

func nodeLimits(cfg *config.Config) broker.NodeLimits {
	l := &cfg.Limits
	return broker.NodeLimits{
		Connections: l.Connections, Queues: l.Queues, Exchanges: l.Exchanges, Producers: l.Producers, ProducerIdle: l.ProducerIdle,
	}
}

// setAlarms changes what has changed. The share of the queues in memory stays
// what it was at the start.
func setAlarms(b *broker.Broker, was, is *config.Config, log *slog.Logger) {
	if was.Alarms.MemoryHighWatermark != is.Alarms.MemoryHighWatermark {
		limitMemory(is, log)
		b.SetMemoryWatermark(broker.Watermark(is.Alarms.MemoryHighWatermark))
	}
	if was.Alarms.DiskFreeLimit != is.Alarms.DiskFreeLimit {
		b.SetDiskFreeLimit(int64(is.Alarms.DiskFreeLimit))
	}
}

func openStore(cfg *config.Config, stagedBytes int64, log *slog.Logger) (store.Store, error) {
	key, err := readKey(cfg.Encryption.KeyFile)
	if err != nil {
		return nil, err
	}
	st, err := store.Open(cfg.DataDir, store.Options{NoSync: cfg.Store.Sync == config.SyncOS, StagedBytes: stagedBytes, Key: key, Log: log})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.DataDir, keyAdvice(err))
	}
	if key != nil {
		log.Info("the data directory is encrypted", "key", key.Fingerprint())
	}
	return st, nil
}

// newTracer is nil unless spans are to be sent somewhere.
func newTracer(cfg *config.Config, log *slog.Logger) (*tracing.Tracer, error) {
	if cfg.Tracing.Endpoint == "" {
		return nil, nil
	}
	return tracing.New(tracing.Options{
		Endpoint: string(cfg.Tracing.Endpoint), Sample: float64(cfg.Tracing.Sample),
		Node: cfg.Node.Name, Version: version, Log: log,
	})
}

func serverOptions(cfg *config.Config, tracer *tracing.Tracer) server.Options {
	l := &cfg.Limits
	return server.Options{
		ChannelMax: uint16(l.ChannelMax), FrameMax: uint32(l.FrameMax), Heartbeat: l.Heartbeat,
		MaxMessageSize: uint64(l.MaxMessageSize), HandshakeTimeout: l.HandshakeTimeout,
		ConsumersPerChannel: l.ConsumersPerChannel, UnackedPerChannel: l.UnackedPerChannel,
		Prefetch: uint16(l.Prefetch), ConsumerTimeout: l.ConsumerTimeout,
		Product: cfg.Advertise.Product, Version: cfg.Advertise.Version, ClusterName: cfg.Node.Name,
		AuthFailureDelay: 3 * time.Second, Tracer: tracer, Mechanisms: mechanisms(&cfg.Auth), AnonymousUser: cfg.Auth.AnonymousUser,
		CertificateLogin: auth.CertificateLogin(cfg.Auth.CertificateLogin),
	}
}
