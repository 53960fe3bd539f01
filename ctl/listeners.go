package ctl

import (
	"net"
	"strconv"
)

type listener struct {
	Node     string `json:"node"`
	Protocol string `json:"protocol"`
	IP       string `json:"ip_address"`
	Port     int    `json:"port"`
	TLS      bool   `json:"tls"`
}

// describe is a listener as RabbitMQ's tools print it.
func (l *listener) describe() string {
	return "Interface: " + l.IP + ", port: " + strconv.Itoa(l.Port) + ", protocol: " + l.Protocol + ", purpose: " + l.purpose()
}

func (l *listener) purpose() string {
	switch l.Protocol {
	case "amqp":
		return "AMQP 0-9-1"
	case "amqp/ssl":
		return "AMQP 0-9-1 over TLS"
	case "http":
		return "HTTP API"
	case "https":
		return "HTTP API over TLS"
	case "http/prometheus":
		return "Prometheus exporter API over HTTP"
	case "https/prometheus":
		return "Prometheus exporter API over HTTPS"
	}
	return l.Protocol
}

func describeAll(list []listener) []string {
	texts := []string{}
	for i := range list {
		texts = append(texts, list[i].describe())
	}
	return texts
}

type listeners struct{}

var listenerColumns = listing{plainColumns("interface", "port", "protocol", "purpose", "node"), "interface port protocol purpose"}

// Run lists listeners, one a line, or as a list for programs.
func (*listeners) Run(o *operator) error {
	v, err := o.overview()
	if err != nil {
		return err
	}
	o.say("Asking node %s to report its protocol listeners ...", v.Node)
	if o.Formatter == "" {
		for i := range v.Listeners {
			o.print("%s", v.Listeners[i].describe())
		}
		return nil
	}
	var rows []row
	for i := range v.Listeners {
		l := &v.Listeners[i]
		rows = append(rows, row{"interface": l.IP, "port": l.Port, "protocol": l.Protocol, "purpose": l.purpose(), "node": l.Node})
	}
	return o.showRows(listenerColumns, nil, rows)
}

// reachable is where a listener can be reached from its machine.
func (l *listener) reachable() string {
	host := l.IP
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, strconv.Itoa(l.Port))
}
