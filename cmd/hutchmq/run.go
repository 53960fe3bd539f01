package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"time"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/exchange"
	"github.com/hutchmq/hutchmq/listener"
	"github.com/hutchmq/hutchmq/mgmt"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/classic"
	"github.com/hutchmq/hutchmq/queue/volatile"
	"github.com/hutchmq/hutchmq/server"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/systemd"
)

// shutdownTimeout is how long clients may take to say good-bye. What stops a
// container kills it after ten seconds.
const shutdownTimeout = 5 * time.Second

// serve runs the broker until ctx ends, and has the management API show more.
// It returns once everything is stopped and stored. file is where cfg comes
// from, empty if from no file.
func serve(ctx context.Context, cfg *config.Config, file string, log *slog.Logger, shown ...mgmt.Option) (err error) {
	slog.SetDefault(log)
	began := time.Now()
	log.Info("starting HutchMQ", "version", version, "node", cfg.Node.Name, "data_dir", cfg.DataDir)
	service := dialSystemd(log)
	defer service.Close()
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
	b, err := broker.New(broker.Options{
		Store: st,
		Auth:  auth.NewDatabase(cfg.Auth.LoopbackUsers),
		ExchangeTypes: []exchange.Type{
			exchange.Direct, exchange.Fanout, exchange.Topic, exchange.Headers,
			exchange.ConsistentHash, exchange.ModulusHash, exchange.Random, exchange.LocalRandom, exchange.RecentHistory,
		},
		QueueTypes: []queue.Type{classicType, quorumType},
		ReplyType:  volatile.Type,
		Defaults:   broker.Defaults{User: cfg.Defaults.User, Password: cfg.Defaults.Pass, Vhost: cfg.Defaults.Vhost},
		OnePolicy:  !cfg.Policies.Merge,
		Limits: broker.NodeLimits{
			Connections: cfg.Limits.Connections, Queues: cfg.Limits.Queues, Exchanges: cfg.Limits.Exchanges,
		},
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
	if err := importDefinitions(b, cfg.Definitions); err != nil {
		return err
	}

	s := server.New(b, serverOptions(cfg), log)
	facts := mgmt.Facts{Version: version, DataDir: cfg.DataDir, ConfigFile: file}
	certificates := listener.NewCertificates(log)
	web, err := listen(s, b, cfg, log, certificates, facts, shown)
	if err != nil {
		return err
	}
	defer web.close()
	go certificates.Watch(ctx)
	log.Info("Server startup complete", "seconds", math.Round(time.Since(began).Seconds()*1000)/1000)
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

// dialSystemd finds who started this process and wants to hear from it, if
// anybody does. A broker that cannot tell runs all the same.
func dialSystemd(log *slog.Logger) *systemd.Service {
	s, err := systemd.Dial(os.LookupEnv)
	if err != nil {
		log.Warn(err.Error())
	}
	return s
}

func openStore(cfg *config.Config, stagedBytes int64, log *slog.Logger) (store.Store, error) {
	st, err := store.Open(cfg.DataDir, store.Options{NoSync: cfg.Store.Sync == config.SyncOS, StagedBytes: stagedBytes, Log: log})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", cfg.DataDir, err)
	}
	return st, nil
}

func importDefinitions(b *broker.Broker, file string) error {
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	d, err := definitions.Parse(file, text)
	if err != nil {
		return err
	}
	if err := b.By(broker.Actor{Via: "definitions", From: file}).Import(d); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func serverOptions(cfg *config.Config) server.Options {
	l := &cfg.Limits
	return server.Options{
		ChannelMax: uint16(l.ChannelMax), FrameMax: uint32(l.FrameMax), Heartbeat: l.Heartbeat,
		MaxMessageSize: uint64(l.MaxMessageSize), HandshakeTimeout: l.HandshakeTimeout,
		ConsumersPerChannel: l.ConsumersPerChannel, UnackedPerChannel: l.UnackedPerChannel,
		Prefetch: uint16(l.Prefetch), ConsumerTimeout: l.ConsumerTimeout,
		Product: cfg.Advertise.Product, Version: cfg.Advertise.Version, ClusterName: cfg.Node.Name,
		AuthFailureDelay: 3 * time.Second,
		CertificateLogin: auth.CertificateLogin(cfg.Auth.CertificateLogin),
	}
}
