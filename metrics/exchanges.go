package metrics

import "github.com/hutchmq/hutchmq/queue"

type exchangeMetric = metric[exchangeRow]

func exchangeEvents(e queue.Event) func(*exchangeRow) float64 {
	return func(r *exchangeRow) float64 { return float64(r.Traffic[e]) }
}

var exchangeMetrics = &tableOf[exchangeRow]{
	family: "exchange_metrics", objects: true, rows: (*snapshot).allExchanges,
	labels: func(r *exchangeRow) []byte { return r.labels },
	metrics: []exchangeMetric{
		{"exchange_messages_published_total", counter, "Total number of messages published into an exchange",
			exchangeEvents(queue.PublishedIn)},
		{"exchange_messages_confirmed_total", counter, "Total number of messages published into an exchange and confirmed",
			exchangeEvents(queue.Confirmed)},
		{"exchange_messages_unroutable_returned_total", counter,
			"Total number of messages published as mandatory into an exchange and returned to the publisher as unroutable",
			exchangeEvents(queue.Returned)},
		{"exchange_messages_unroutable_dropped_total", counter,
			"Total number of messages published as non-mandatory into an exchange and dropped as unroutable",
			exchangeEvents(queue.Dropped)},
	},
	totals: map[string]func(*snapshot) float64{
		"exchange_messages_published_total":           did(queue.Published),
		"exchange_messages_confirmed_total":           did(queue.Confirmed),
		"exchange_messages_unroutable_returned_total": did(queue.Returned),
		"exchange_messages_unroutable_dropped_total":  did(queue.Dropped),
	},
}

var queueExchangeMetrics = &tableOf[passageRow]{
	family: "queue_exchange_metrics", objects: true, rows: (*snapshot).allPassages,
	labels: func(r *passageRow) []byte { return r.labels },
	metrics: []metric[passageRow]{
		{"queue_exchange_messages_published_total", counter,
			"Total number of messages published into a queue through an exchange",
			func(r *passageRow) float64 { return float64(r.count) }},
	},
	totals: map[string]func(*snapshot) float64{
		"queue_exchange_messages_published_total": did(queue.PublishedOut),
	},
}

// channelQueueExchangeMetrics are not counted channel by channel, so there is
// no label of that name.
var channelQueueExchangeMetrics = &tableOf[passageRow]{
	family: "channel_queue_exchange_metrics", objects: true, rows: (*snapshot).allPassages,
	labels: func(r *passageRow) []byte { return r.both },
	metrics: []metric[passageRow]{
		{"queue_messages_published_total", counter,
			"Total number of messages published into a queue through an exchange on a channel",
			func(r *passageRow) float64 { return float64(r.count) }},
	},
	totals: map[string]func(*snapshot) float64{"queue_messages_published_total": did(queue.PublishedOut)},
}

var vhostStatus = &tableOf[[]byte]{
	family: "vhost_status", cluster: true, rows: vhostLabels,
	labels: func(labels *[]byte) []byte { return *labels },
	metrics: []metric[[]byte]{
		{"vhost_status", gauge, "Whether a given vhost is running", func(*[]byte) float64 { return 1 }},
	},
}

func vhostLabels(s *snapshot) (rows [][]byte) {
	for _, v := range s.b.Vhosts() {
		if s.filter.vhost(v.Name) {
			rows = append(rows, label("vhost", v.Name))
		}
	}
	return rows
}

var exchangeBindings = &tableOf[exchangeRow]{
	family: "exchange_bindings", cluster: true, rows: (*snapshot).allExchanges,
	labels: func(r *exchangeRow) []byte { return r.typed },
	metrics: []exchangeMetric{
		{"exchange_bindings", gauge, "Number of bindings for an exchange. This value is cluster-wide.",
			func(r *exchangeRow) float64 { return float64(r.x.BindingCount()) }},
	},
}

var exchangeNames = &tableOf[exchangeRow]{
	family: "exchange_names", cluster: true, rows: (*snapshot).allExchanges,
	labels: func(r *exchangeRow) []byte { return r.typed },
	metrics: []exchangeMetric{
		{"exchange_name", gauge, "Enumerates exchanges without any additional info. This value is cluster-wide.",
			func(*exchangeRow) float64 { return 1 }},
	},
}
