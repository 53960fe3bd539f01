package main

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/listener"
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
	secure   *config.SecureListener // nil: without TLS
	proxy    config.Proxy
	open     net.Listener // nil: it does not listen
}

// listen opens the listeners that are configured, and says where they are.
// Either all of them listen or none does. To facts it adds who listens, to
// certificates those that they show.
func listen(
	s *server.Server, b *broker.Broker, cfg *config.Config, log *slog.Logger, certificates *listener.Certificates,
	facts mgmt.Facts, shown []mgmt.Option,
) (web webServers, err error) {
	l := &cfg.Listeners
	amqp := face{name: "amqp", protocol: "amqp", addr: l.AMQP, proxy: l.AMQPProxy}
	amqps := face{name: "amqps", protocol: "amqp/ssl", addr: l.AMQPS.Addr, secure: &l.AMQPS, proxy: l.AMQPSProxy}
	management := face{name: "management", protocol: "http", addr: l.Management}
	managementTLS := face{name: "management", protocol: "https", addr: l.ManagementTLS.Addr, secure: &l.ManagementTLS}
	prometheus := face{name: "metrics", protocol: "http/prometheus", addr: l.Metrics}
	prometheusTLS := face{name: "metrics", protocol: "https/prometheus", addr: l.MetricsTLS.Addr, secure: &l.MetricsTLS}
	all := []*face{&amqp, &amqps, &management, &managementTLS, &prometheus, &prometheusTLS}
	if err := openAll(all, cfg, certificates, log); err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.open != nil {
			log.Info(f.announcement(), "protocol", f.name, "address", f.open.Addr().String(), "tls", f.secure != nil)
			facts.Listeners = append(facts.Listeners, mgmt.NewListener(f.protocol, f.open.Addr()))
		}
	}
	sayPages(all, log)
	pages := metrics.New(b, version, metrics.WithCertificates(certificates.List))
	more := append(shown, mgmt.WithFacts(facts), mgmt.WithMetrics(pages), mgmt.WithCertificates(certificates),
		mgmt.WithMaxMessageSize(uint64(cfg.Limits.MaxMessageSize)))
	api := mgmt.New(b, cfg.Node.Name, more...)
	for _, f := range []*face{&amqp, &amqps} {
		f.serve(s.Serve)
	}
	for _, f := range []*face{&management, &managementTLS} {
		f.serve(web.add(api))
	}
	local := face{name: "management", open: localListener(cfg.DataDir, log)}
	local.serve(web.add(mgmt.Local(api)))
	for _, f := range []*face{&prometheus, &prometheusTLS} {
		f.serve(web.add(pages))
	}
	return web, nil
}

// announcement is what is logged when f listens. Tools that start a broker wait
// for the line of AMQP with TLS, in RabbitMQ's words.
func (f *face) announcement() string {
	if f.protocol == "amqp/ssl" {
		return "started TLS (SSL) listener on " + f.open.Addr().String()
	}
	return "listening"
}

// openAll opens all listeners, or none.
func openAll(all []*face, cfg *config.Config, certificates *listener.Certificates, log *slog.Logger) error {
	for i, f := range all {
		if f.addr == "" {
			continue
		}
		o, err := f.options(cfg, certificates, log)
		if err == nil {
			f.open, err = listener.Open(o)
		}
		if err != nil {
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

// tlsVersions are those that tls.min_version names.
var tlsVersions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// plainHTTP is what a browser is told that speaks HTTP where HTTPS is spoken.
const plainHTTP = "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain\r\n\r\nThis port speaks HTTPS: the address begins with https://\n"

// options are those of the listener. They load its certificates.
func (f *face) options(cfg *config.Config, certificates *listener.Certificates, log *slog.Logger) (listener.Options, error) {
	o := listener.Options{Name: f.protocol, Addr: string(f.addr), Timeout: cfg.Limits.HandshakeTimeout, Log: log}
	if f.proxy.On {
		o.Proxy = &listener.Proxy{From: f.proxy.From}
	}
	if f.secure == nil {
		return o, nil
	}
	l := f.secure.Or(cfg.TLS)
	files := listener.Files{
		Certs: l.Cert, Keys: l.Key, CA: l.CA, Verify: listener.Verify(l.Verify), MinVersion: tlsVersions[cfg.TLS.MinVersion],
	}
	if strings.HasPrefix(f.protocol, "https") {
		files.Protocols, o.Plain = []string{"h2", "http/1.1"}, []byte(plainHTTP)
	}
	var err error
	o.TLS, err = certificates.Add(f.protocol, files)
	return o, err
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
