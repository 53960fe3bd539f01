package mgmt

import (
	"net"
	"slices"
	"strconv"
	"strings"
)

// Facts are what the broker does not know of the process around it.
type Facts struct {
	Version    string
	DataDir    string
	ConfigFile string // "" none
	LogFile    string // a path, or the name of a stream
	Listeners  []Listener
	Mechanisms func() []string // of SASL that are offered to some clients; nil: none
}

// WithFacts shows facts.
func WithFacts(f Facts) Option { return func(a *API) { a.facts = f } }

// Listener is where something is served.
type Listener struct {
	Protocol string // as RabbitMQ calls it: "amqp", "amqp/ssl", "http", "https", "http/prometheus", "https/prometheus"
	IP       string
	Port     int
}

// tls reports whether it is spoken with TLS.
func (l *Listener) tls() bool {
	return strings.HasSuffix(l.Protocol, "/ssl") || strings.HasPrefix(l.Protocol, "https")
}

// NewListener describes what listens at addr.
func NewListener(protocol string, addr net.Addr) Listener {
	host, port, _ := net.SplitHostPort(addr.String())
	n, _ := strconv.Atoi(port)
	return Listener{protocol, host, n}
}

// listening is a Listener as RabbitMQ's API shows it.
type listening struct {
	Node          string         `json:"node"`
	Protocol      string         `json:"protocol"`
	IP            string         `json:"ip_address"`
	Port          int            `json:"port"`
	TLS           bool           `json:"tls"`
	SocketOptions map[string]any `json:"socket_opts"`
}

func (a *API) listeners() []listening {
	list := []listening{}
	for _, l := range a.facts.Listeners {
		list = append(list, listening{
			Node: a.node, Protocol: l.Protocol, IP: l.IP, Port: l.Port, TLS: l.tls(), SocketOptions: map[string]any{"nodelay": true},
		})
	}
	return list
}

// webContext is an HTTP listener as RabbitMQ's API shows it.
type webContext struct {
	Node        string `json:"node"`
	Description string `json:"description"`
	Path        string `json:"path"`
	IP          string `json:"ip"`
	Port        string `json:"port"`
	Protocol    string `json:"protocol"`
}

// contextNames are what HTTP listeners serve, by protocol.
var contextNames = map[string]string{
	"http": "HutchMQ Management", "https": "HutchMQ Management",
	"http/prometheus": "HutchMQ Prometheus", "https/prometheus": "HutchMQ Prometheus",
}

func (a *API) contexts() []webContext {
	list := []webContext{}
	for _, l := range a.facts.Listeners {
		if name := contextNames[l.Protocol]; name != "" {
			list = append(list, webContext{a.node, name, "/", l.IP, strconv.Itoa(l.Port), l.Protocol})
		}
	}
	return list
}

// offer is a type of exchange, or a way to log in.
type offer struct {
	Name        string `json:"name"`
	Description string `json:"description"`
	Enabled     bool   `json:"enabled"`
}

var exchangeTypeTexts = map[string]string{
	"direct":            "AMQP direct exchange, as per the AMQP specification",
	"fanout":            "AMQP fanout exchange, as per the AMQP specification",
	"topic":             "AMQP topic exchange, as per the AMQP specification",
	"headers":           "AMQP headers exchange, as per the AMQP specification",
	"x-consistent-hash": "Consistent Hashing Exchange",
	"x-modulus-hash":    "Modulus Hashing Exchange",
	"x-random":          "Picks one of its queues at random",
	"x-local-random":    "Picks one of its queues at random, of those on this node",
	"x-recent-history":  "Recent History Exchange",
}

func (a *API) exchangeTypes() []offer {
	list := []offer{}
	for _, name := range a.broker.ExchangeTypes() {
		list = append(list, offer{name, exchangeTypeTexts[name], true})
	}
	return list
}

var mechanismTexts = [][2]string{
	{"PLAIN", "SASL PLAIN authentication mechanism"},
	{"AMQPLAIN", "QPid AMQPLAIN mechanism"},
	{"EXTERNAL", "SASL EXTERNAL authentication mechanism, by a client's certificate"},
	{"ANONYMOUS", "SASL ANONYMOUS authentication mechanism"},
}

func (a *API) authMechanisms() []offer {
	list := []offer{}
	var offered []string
	if a.facts.Mechanisms != nil {
		offered = a.facts.Mechanisms()
	}
	for _, m := range mechanismTexts {
		list = append(list, offer{m[0], m[1], slices.Contains(offered, m[0])})
	}
	return list
}
