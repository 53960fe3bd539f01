package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
)

// sayNotes logs what a rabbitmq.conf asks for in vain.
func sayNotes(r *config.Reading, file string, log *slog.Logger) {
	for _, n := range r.Notes {
		level := slog.LevelInfo
		if n.Grave {
			level = slog.LevelWarn
		}
		log.Log(context.Background(), level, "setting ignored", "file", file, "line", n.Line, "key", n.Key, "why", n.Says)
	}
}

// sayDefaults tells an operator who set a first user, and whose data directory
// has users already, that the setting has no effect: many lose an hour to that.
func sayDefaults(r *config.Reading, b *broker.Broker, log *slog.Logger) {
	if !b.Recovered() {
		return
	}
	d := r.Config.Defaults
	for _, s := range r.Settings {
		if s.Key == "defaults.user" && s.Origin != config.FromDefault && b.User(d.User) == nil {
			log.Warn("the default user is ignored: there is data already, and users are only made when there is none",
				"user", d.User, "from", s.Where, "data_dir", r.Config.DataDir)
		}
	}
}

// sayPages tells people where to look with a browser.
func sayPages(all []*face, log *slog.Logger) {
	for _, f := range all {
		if f.open != nil && (f.protocol == "http" || f.protocol == "https") {
			log.Info("management pages", "url", address(f.protocol, f.open.Addr()))
		}
	}
}

// address is what a browser on this machine calls a.
func address(scheme string, a net.Addr) string {
	host, port, _ := net.SplitHostPort(a.String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return fmt.Sprintf("%s://%s/", scheme, net.JoinHostPort(host, port))
}

// plugins counts what would be plugins of RabbitMQ.
func plugins(cfg *config.Config) (n int) {
	for _, addr := range []config.Addr{cfg.Listeners.Management, cfg.Listeners.Metrics} {
		if addr != "" {
			n++
		}
	}
	return n
}
