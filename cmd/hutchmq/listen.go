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

// listen opens the listeners that are configured, and says where they are.
// Either all of them listen or none does.
func listen(s *server.Server, b *broker.Broker, cfg *config.Config, log *slog.Logger) (web webServers, err error) {
	faces := []struct {
		protocol string
		addr     config.Addr
		serve    func(net.Listener) error
	}{
		{"amqp", cfg.Listeners.AMQP, s.Serve},
		{"management", cfg.Listeners.Management, web.add(mgmt.New(b, cfg.Node.Name))},
		{"metrics", cfg.Listeners.Metrics, web.add(metrics.New(b, version))},
	}
	var open []net.Listener
	for i, f := range faces {
		open = append(open, nil)
		if f.addr == "" {
			continue
		}
		if open[i], err = net.Listen("tcp", string(f.addr)); err != nil {
			break
		}
	}
	for i, f := range faces[:len(open)] {
		switch {
		case open[i] == nil:
		case err != nil:
			open[i].Close()
		default:
			log.Info("listening", "protocol", f.protocol, "address", open[i].Addr().String())
			go f.serve(open[i])
		}
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen for %s: %w", faces[len(open)-1].protocol, err)
	}
	return web, nil
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
