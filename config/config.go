// Package config is what an operator can set: each key once, from the
// command line, the environment, a YAML file or its default. It opens
// nothing but that file, and knows nothing of who uses a value.
package config

import (
	"log/slog"
	"time"
)

// Config is every setting, checked. Treat it as immutable.
type Config struct {
	DataDir       string
	Node          Node
	Listeners     Listeners
	TLS           TLS
	Definitions   string // path of a file to import at start; empty: none
	SkipUnchanged bool   // unless they are what they were when they were applied
	Defaults      Defaults
	// DefaultQueueType is of queues whose declaration and vhost name none.
	DefaultQueueType string
	Auth             Auth
	Advertise        Advertise
	Limits           Limits
	Memory           Memory
	Alarms           Alarms
	Store            Store
	Encryption       Encryption
	Policies         Policies
	Log              Log
	Tracing          Tracing
}

// Node is who this broker is.
type Node struct {
	Name string
}

// Addr is a host:port to listen on, with an empty host for all interfaces; the
// empty Addr listens nowhere.
type Addr string

// Listeners is where the broker listens.
type Listeners struct {
	AMQP, Management, Metrics        Addr
	AMQPS, ManagementTLS, MetricsTLS SecureListener
	AMQPProxy, AMQPSProxy            Proxy
}

// Defaults is what a node with an empty data directory begins with.
type Defaults struct {
	User, Pass, Vhost string
}

// Advertise is what the broker tells clients that it is.
type Advertise struct {
	Product, Version string
}

// What to call itself to be treated as RabbitMQ: clients compare the version,
// and kombu fails on one that does not begin with numbers.
const (
	rabbitMQ        = "RabbitMQ"
	rabbitMQVersion = "4.3.0"
)

// settle gives a broker that calls itself RabbitMQ, and has no version but that
// of its build, one of RabbitMQ's.
func (a *Advertise) settle(build string) {
	if a.Product == rabbitMQ && a.Version == build {
		a.Version = rabbitMQVersion
	}
}

// Bytes is a size.
type Bytes int64

// Limits bounds what a peer can make the broker hold.
type Limits struct {
	ChannelMax          int // channels a connection
	FrameMax            Bytes
	Heartbeat           time.Duration // whole seconds; 0 none
	MaxMessageSize      Bytes
	HandshakeTimeout    time.Duration
	ConsumersPerChannel int           // 0 no limit
	Connections         int           // 0 no limit
	Queues              int           // 0 no limit
	Exchanges           int           // beside those that every vhost has; 0 no limit
	Producers           int           // that number their messages, a vhost
	ProducerIdle        time.Duration // until such a one is forgotten
	UnackedPerChannel   int           // 0 no limit
	Prefetch            int           // of consumers whose channel asked for none; 0 no limit
	ConsumerTimeout     time.Duration // for an acknowledgement; 0 no limit
}

// Watermark is a share of the memory there is, or a size in bytes when that is
// 0. Both 0 is none.
type Watermark struct {
	Share float64
	Bytes int64
}

// Share is a part of the memory there is, or a size in bytes when that is 0.
type Share Watermark

// Memory is what the broker may count on.
type Memory struct {
	Limit Share
}

// Alarms is when publishers are stopped.
type Alarms struct {
	MemoryHighWatermark Watermark
	DiskFreeLimit       Bytes // 0 none
}

// The values of Store.Sync.
const (
	SyncAlways = "always"
	SyncOS     = "os"
)

// Store is how messages are kept.
type Store struct {
	Sync string // SyncAlways or SyncOS
}

// Encryption is how what is stored is encrypted.
type Encryption struct {
	KeyFile string // empty: it is not
}

// Policies is how policies apply.
type Policies struct {
	Merge bool // all that match, and not only the first
}

// The values of Log.Format.
const (
	FormatAuto = "auto"
	FormatText = "text"
	FormatJSON = "json"
)

// The values of Log.File that are no file.
const (
	ToStderr = "stderr"
	ToStdout = "stdout"
)

// Log is what is logged, how, and where.
type Log struct {
	Level      slog.Level
	Format     string // FormatAuto, FormatText or FormatJSON
	File       string // ToStderr, ToStdout or a path
	Categories Categories
	Rotate     Rotate
}

// AsLog is the level of a category that has none of its own.
const AsLog = "default"

// Categories are kinds of lines that may have a level of their own: AsLog, or
// the name of a level.
type Categories struct {
	Connection, Channel, Queue string
}

var categoryLevels = []string{AsLog, "debug", "info", "warn", "error", "none"}

// Rotate is when a log file is put aside.
type Rotate struct {
	Size Bytes         // 0 never
	Age  time.Duration // 0 never
	Keep int           // how many there are of those
}

// URL is where something is asked by HTTP; the empty one is none.
type URL string

// Ratio is from 0 to 1.
type Ratio float64

// Tracing is where spans of messages go.
type Tracing struct {
	Endpoint URL   // empty: nowhere
	Sample   Ratio // of the traces that their publishers sample
}
