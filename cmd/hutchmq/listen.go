package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/metrics"
	"github.com/hutchmq/hutchmq/mgmt"
	"github.com/hutchmq/hutchmq/server"
)

// webServers are the HTTP faces that listen.
type webServers []*http.Server

// face is something that listens.
type face struct {
	name     string // for the log
	protocol string // as RabbitMQ calls it
	addr     config.Addr
	open     net.Listener // nil: it does not listen
}

// listen opens the listeners that are configured, and says where they are.
// Either all of them listen or none does. To facts it adds who listens.
func listen(s *server.Server, b *broker.Broker, cfg *config.Config, log *slog.Logger, facts mgmt.Facts, shown []mgmt.Option) (web webServers, err error) {
	amqp := face{name: "amqp", protocol: "amqp", addr: cfg.Listeners.AMQP}
	management := face{name: "management", protocol: "http", addr: cfg.Listeners.Management}
	prometheus := face{name: "metrics", protocol: "http/prometheus", addr: cfg.Listeners.Metrics}
	all := []*face{&amqp, &management, &prometheus}
	if err := openAll(all); err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.open != nil {
			log.Info("listening", "protocol", f.name, "address", f.open.Addr().String())
			facts.Listeners = append(facts.Listeners, mgmt.NewListener(f.protocol, f.open.Addr()))
		}
	}
	sayPages(all, log)
	pages := metrics.New(b, version)
	amqp.serve(s.Serve)
	api := mgmt.New(b, cfg.Node.Name, append(shown, mgmt.WithFacts(facts), mgmt.WithMetrics(pages))...)
	management.serve(web.add(api))
	local := face{name: "management", open: localListener(cfg.DataDir, log)}
	local.serve(web.add(mgmt.Local(api)))
	prometheus.serve(web.add(pages))
	return web, nil
}

// openAll opens all listeners, or none.
func openAll(all []*face) (err error) {
	for i, f := range all {
		if f.addr == "" {
			continue
		}
		if f.open, err = net.Listen("tcp", string(f.addr)); err != nil {
			for _, f := range all[:i] {
				if f.open != nil {
					f.open.Close()
				}
			}
			return fmt.Errorf("cannot listen for %s: %w", f.name, err)
		}
	}
	return nil
}

// localListener is the socket in the data directory. A broker without it is
// fine, but for its operator.
func localListener(dir string, log *slog.Logger) net.Listener {
	l, err := openSocket(dir)
	if err != nil {
		log.Warn(err.Error())
		return nil
	}
	log.Info("listening", "protocol", "management", "address", l.Addr().String())
	return l
}

func (f *face) serve(serve func(net.Listener) error) {
	if f.open != nil {
		go serve(f.open)
	}
}

// add makes an HTTP server of h and gives its Serve.
func (w *webServers) add(h http.Handler) func(net.Listener) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	*w = append(*w, s)
	return s.Serve
}

func (w webServers) close() {
	for _, s := range w {
		s.Close()
	}
}
