package metrics

import (
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
)

// What RabbitMQ has no names for.

// ownNow is what ownNode tells of.
type ownNow struct {
	storage           broker.Storage
	moves             broker.MoveCounts
	timeouts, leases  uint64
	heldBackMs        uint64
	blocked, unserved int
	spilledMessages   int
	spilledBytes      int64
	failed            bool
}

func findOwn(s *snapshot) ownNow {
	n := ownNow{
		storage: s.b.Storage(), moves: s.b.MoveCounts(), timeouts: s.b.DeliveryTimeouts(), leases: s.b.EndedLeases(),
		failed: s.b.Failed() != nil, heldBackMs: s.b.WaitedMs(),
	}
	for _, c := range s.allConnections() {
		if c.blocked {
			n.blocked++
		}
	}
	queues := s.allQueues()
	for i := range queues {
		q := &queues[i]
		n.spilledMessages += q.spilled()
		n.spilledBytes += q.spilledBytes()
		if q.Ready > 0 && q.Consumers == 0 {
			n.unserved++
		}
	}
	return n
}

// spilled is how many ready messages are only on disk.
func (r *queueRow) spilled() int { return max(r.Ready-r.Resident, 0) }

func (r *queueRow) spilledBytes() int64 { return max(r.ReadyBytes-r.ResidentBodyBytes, 0) }

type ownMetric = metric[ownNow]

var ownNode = own(scalars("", findOwn,
	ownMetric{"connections_blocked", gauge, "Connections that may not publish because of an alarm",
		func(n *ownNow) float64 { return float64(n.blocked) }},
	ownMetric{"publishers_held_back_seconds_total", counter, "Total time that publishers waited as vhosts and users may publish only so fast",
		func(n *ownNow) float64 { return float64(n.heldBackMs) / 1000 }},
	ownMetric{"queues_without_consumers", gauge, "Queues that have ready messages and no consumer",
		func(n *ownNow) float64 { return float64(n.unserved) }},
	ownMetric{"leases_ended_total", counter, "Total number of deliveries that went back to their queue as their lease had ended",
		func(n *ownNow) float64 { return float64(n.leases) }},
	ownMetric{"delivery_timeouts_total", counter, "Total number of deliveries taken back as they were not acknowledged in time",
		func(n *ownNow) float64 { return float64(n.timeouts) }},
	ownMetric{"messages_spilled", gauge, "Ready messages that are on disk and not in memory",
		func(n *ownNow) float64 { return float64(n.spilledMessages) }},
	ownMetric{"messages_spilled_bytes", gauge, "Size of ready messages that are on disk and not in memory",
		func(n *ownNow) float64 { return float64(n.spilledBytes) }},
	ownMetric{"moves_running", gauge, "Moves of messages that are under way, pauses included",
		func(n *ownNow) float64 { return float64(n.moves.Running) }},
	ownMetric{"moves_started_total", counter, "Total number of moves of messages begun",
		func(n *ownNow) float64 { return float64(n.moves.Begun) }},
	ownMetric{"messages_moved_total", counter, "Total number of messages moved to another queue or exchange",
		func(n *ownNow) float64 { return float64(n.moves.Moved) }},
	ownMetric{"messages_redriven_total", counter, "Total number of dead letters sent back to where they were",
		func(n *ownNow) float64 { return float64(n.moves.Redriven) }},
	ownMetric{"messages_copied_total", counter, "Total number of messages copied to another queue or exchange",
		func(n *ownNow) float64 { return float64(n.moves.Copied) }},
	ownMetric{"messages_deleted_total", counter, "Total number of messages deleted one by one, by somebody who looked",
		func(n *ownNow) float64 { return float64(n.moves.Deleted) }},
	ownMetric{"store_journal_bytes", gauge, "Size of the journal on disk, spare segments included",
		func(n *ownNow) float64 { return float64(n.storage.JournalBytes) }},
	ownMetric{"store_journal_segments", gauge, "Segments of the journal in use",
		func(n *ownNow) float64 { return float64(n.storage.Segments) }},
	ownMetric{"store_staged_bytes", gauge, "Bytes that wait to be written to the journal",
		func(n *ownNow) float64 { return float64(n.storage.StagedBytes) }},
	ownMetric{"store_groups_total", counter, "Total number of groups of changes written to the journal",
		func(n *ownNow) float64 { return float64(n.storage.Groups) }},
	ownMetric{"store_full", gauge, "1 while the disk is full and publishers wait",
		func(n *ownNow) float64 { return flag(n.storage.Full) }},
	ownMetric{"store_failed", gauge, "1 once the disk has failed and nothing is stored any more",
		func(n *ownNow) float64 { return flag(n.failed) }},
))

// repeatRow is how many messages were not enqueued, by what knew that they came
// before, and how much that remembers.
type repeatRow struct {
	labels     []byte
	repeats    uint64
	remembered int
}

func allRepeats(s *snapshot) []repeatRow {
	r, known := s.b.Repeats(), s.b.Remembered()
	row := func(by string, repeats uint64, known int) repeatRow {
		return repeatRow{label("by", by), repeats, known}
	}
	return []repeatRow{
		row("exchange", r.Exchange, known.ExchangeKeys), row("queue", r.Queue, known.QueueKeys),
		row("producer", r.Producer, known.Producers),
	}
}

var ownRepeats = own(&tableOf[repeatRow]{
	rows: allRepeats, labels: func(r *repeatRow) []byte { return r.labels },
	metrics: []metric[repeatRow]{
		{"messages_deduplicated_total", counter, "Total number of messages that were not enqueued as they came before, by what knew it",
			func(r *repeatRow) float64 { return float64(r.repeats) }},
		{"deduplication_entries", gauge, "Keys, or producers, that are remembered to tell what came before",
			func(r *repeatRow) float64 { return float64(r.remembered) }},
	},
})

// ownExchange leaves out the exchanges that nothing was repeated to.
var ownExchange = own(&tableOf[exchangeRow]{
	family: "hutchmq_exchange_metrics", objects: true, single: true, rows: repeatedTo,
	labels: func(r *exchangeRow) []byte { return r.labels },
	metrics: []exchangeMetric{
		{"exchange_messages_deduplicated_total", counter, "Total number of messages to an exchange that were not routed as they came before",
			exchangeEvents(queue.Deduplicated)},
	},
})

func repeatedTo(s *snapshot) (rows []exchangeRow) {
	for _, r := range s.allExchanges() {
		if r.Traffic[queue.Deduplicated] > 0 {
			rows = append(rows, r)
		}
	}
	return rows
}

func own[T any](t *tableOf[T]) *tableOf[T] {
	t.ours = true
	return t
}

// ownOldest is, of all queues, the one that lags most.
var ownOldest = own(&tableOf[queueRow]{
	family: "hutchmq_queue_metrics", objects: true, rows: (*snapshot).allQueues, labels: queueLabels,
	metrics: []queueMetric{
		{"queue_oldest_message_age_seconds", gauge,
			"For how long the first ready message has waited; summed up, in the queue where it is longest", age},
	},
	totals: map[string]func(*snapshot) float64{"queue_oldest_message_age_seconds": oldest},
})

// age is for how long the first message has waited.
func age(r *queueRow) float64 {
	switch {
	case r.Ready == 0:
		return 0
	case r.head.SinceMs == 0:
		return none
	}
	return max(float64(r.now.UnixMilli()-r.head.SinceMs)/1000, 0)
}

func oldest(s *snapshot) (seconds float64) {
	queues := s.allQueues()
	for i := range queues {
		if a := age(&queues[i]); a > seconds { // none is not more
			seconds = a
		}
	}
	return seconds
}

var ownQueue = own(&tableOf[queueRow]{
	family: "hutchmq_queue_metrics", objects: true, single: true, rows: (*snapshot).allQueues, labels: queueLabels,
	metrics: []queueMetric{
		{"queue_messages_spilled", gauge, "Ready messages that are on disk and not in memory",
			func(r *queueRow) float64 { return float64(r.spilled()) }},
		{"queue_messages_published_total", counter, "Total number of messages that came into a queue",
			queueEvents(queue.Published)},
		{"queue_messages_deduplicated_total", counter, "Total number of messages that a queue did not take as they were in it",
			queueEvents(queue.Deduplicated)},
		{"queue_stalled_seconds_total", counter, "For how long messages have waited for consumers that had no credit",
			func(r *queueRow) float64 { return float64(r.StalledMs) / 1000 }},
		{"queue_messages_delayed", gauge, "Messages that came back and wait for their retry",
			func(r *queueRow) float64 { return float64(r.Delayed) }},
		{"queue_parked_messages", gauge, "Ready messages that wait for others of their group, for their limit, or for a consumer that wants them",
			parked(func(p *queue.Parking) float64 { return float64(p.Parked) })},
		{"queue_groups", gauge, "Message groups that have messages or deliveries",
			parked(func(p *queue.Parking) float64 { return float64(p.Groups) })},
		{"queue_groups_blocked", gauge, "Message groups that have messages, and as many deliveries as they may",
			parked(func(p *queue.Parking) float64 { return float64(p.GroupsBlocked) })},
		{"queue_limiters_blocked", gauge, "Keys with a rate limit that have messages and used it up",
			parked(func(p *queue.Parking) float64 { return float64(p.LimitersBlocked) })},
		{"queue_throttled_seconds_total", counter, "For how long consumers had credit and got nothing because of rate limits",
			parked(func(p *queue.Parking) float64 { return float64(p.ThrottledMs) / 1000 })},
		{"queue_paused", gauge, "1 while somebody has paused the queue",
			func(r *queueRow) float64 { return flag(r.Paused) }},
	},
})

// parked is a number of queues whose messages may overtake each other; others
// do not have it.
func parked(of func(*queue.Parking) float64) func(*queueRow) float64 {
	return func(r *queueRow) float64 {
		if r.Parking == nil {
			return none
		}
		return of(r.Parking)
	}
}

// queueDeathRow is what messages of a queue died of.
type queueDeathRow struct {
	labels       []byte
	dead, killed uint64
}

// allQueueDeaths leaves out the queues in which nothing died of a reason.
func allQueueDeaths(s *snapshot) (rows []queueDeathRow) {
	queues := s.allQueues()
	for i := range queues {
		r := &queues[i]
		for j, why := range queue.Reasons {
			dead, dropped := r.DeadLettered[j], r.Mortality.Dropped[j]
			if dead+dropped > 0 {
				rows = append(rows, queueDeathRow{
					appendLabel(r.labels[:len(r.labels):len(r.labels)], "reason", string(why)), dead, dropped,
				})
			}
		}
	}
	return rows
}

var ownQueueDeaths = own(&tableOf[queueDeathRow]{
	family: "hutchmq_queue_metrics", objects: true, single: true, rows: allQueueDeaths,
	labels: func(r *queueDeathRow) []byte { return r.labels },
	metrics: []metric[queueDeathRow]{
		{"queue_messages_dead_lettered_total", counter, "Total number of messages that went from a queue to its dead-letter exchange",
			func(r *queueDeathRow) float64 { return float64(r.dead) }},
		{"queue_messages_died_total", counter, "Total number of messages that died in a queue without a dead-letter exchange",
			func(r *queueDeathRow) float64 { return float64(r.killed) }},
	},
})

// latency is a histogram of nanoseconds, shown in seconds.
func latency(name, help string, of func(*broker.Latencies) stats.Distribution) *distribution {
	return &distribution{
		name: "hutchmq_" + name + "_duration_seconds", help: help, unit: 1 / nsPerSecond,
		read: func(s *snapshot) stats.Distribution {
			l := s.b.Latencies()
			return of(&l)
		},
	}
}

var (
	confirmLatency = latency("confirm", "From a publish to its confirm, of some messages",
		func(l *broker.Latencies) stats.Distribution { return l.Confirm })
	syncLatency = latency("sync", "Of the journal to disk",
		func(l *broker.Latencies) stats.Distribution { return l.Sync })
	routeLatency = latency("route", "To find the queues of a message, of some messages",
		func(l *broker.Latencies) stats.Distribution { return l.Route })
)
