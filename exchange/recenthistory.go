package exchange

import (
	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// RecentHistory routes as Fanout, and keeps the last messages for who is bound
// later: x-recent-history-length of them, but those whose header
// x-recent-history-no-store is true. They are in memory, and gone after a
// restart.
var RecentHistory Type = recentHistoryType{}

type recentHistoryType struct{}

func (recentHistoryType) Name() string { return "x-recent-history" }

func (recentHistoryType) New(args amqp.Table) (Router, error) {
	n, err := historyLength(args)
	if err != nil {
		return nil, err
	}
	return &recentHistory{fanout{bonds: bonds{}}, newHistory(n)}, nil
}

const defaultHistory = 20

// historyLength reads x-recent-history-length.
func historyLength(args amqp.Table) (int, error) {
	x, there := args["x-recent-history-length"]
	if !there {
		return defaultHistory, nil
	}
	n, ok := amqp.Int(x)
	if !ok || n < 1 {
		return 0, amqp.InvalidHistoryLength.New(amqp.FormatTerm(x))
	}
	return int(min(n, maxHistory)), nil
}

type recentHistory struct {
	fanout
	history *history
}

// Volatile implements Volatile: every message is to be seen.
func (*recentHistory) Volatile() {}

// Single implements Single: and seen once.
func (*recentHistory) Single() {}

// Recall implements Recalling.
func (x *recentHistory) Recall() []*message.Message { return x.history.list() }

// Route keeps m before it looks who is bound: so who is bound meanwhile misses
// nothing, though it may get m twice.
func (x *recentHistory) Route(m *message.Message, key string, into *Set) {
	if !noStore(m) {
		x.history.keep(m)
	}
	x.fanout.Route(m, key, into)
}

func noStore(m *message.Message) bool {
	v, ok := amqp.Lookup(amqp.HeadersTable(m.Header), "x-recent-history-no-store")
	return ok && v.Type == 't' && v.Bytes[0] != 0
}
