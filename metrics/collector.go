// Package metrics shows a broker to Prometheus, under RabbitMQ's names. It
// counts nothing itself and knows no protocol.
package metrics

import (
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/hutchmq/hutchmq/broker"
)

// gauge is a number of the whole node.
type gauge struct {
	desc  *prometheus.Desc
	value func(*broker.Totals) int
}

func newGauge(name, help string, value func(*broker.Totals) int) gauge {
	return gauge{prometheus.NewDesc(name, help, nil, nil), value}
}

var gauges = []gauge{
	newGauge("rabbitmq_connections", "Connections currently open", func(t *broker.Totals) int { return t.Connections }),
	newGauge("rabbitmq_channels", "Channels currently open", func(t *broker.Totals) int { return t.Channels }),
	newGauge("rabbitmq_consumers", "Consumers currently connected", func(t *broker.Totals) int { return t.Consumers }),
	newGauge("rabbitmq_queues", "Queues available", func(t *broker.Totals) int { return t.Queues }),
	newGauge("rabbitmq_queue_messages_ready", "Messages ready to be delivered to consumers",
		func(t *broker.Totals) int { return t.Ready }),
	newGauge("rabbitmq_queue_messages_unacked", "Messages delivered to consumers but not yet acknowledged",
		func(t *broker.Totals) int { return t.Unacked }),
	newGauge("rabbitmq_queue_messages", "Sum of ready and unacknowledged messages",
		func(t *broker.Totals) int { return t.Ready + t.Unacked }),
}

// collector asks the broker at each scrape.
type collector struct {
	broker *broker.Broker
	build  prometheus.Metric
}

// New makes the handler of /metrics. node and version say who is scraped.
func New(b *broker.Broker, node, version string) http.Handler {
	build := prometheus.NewDesc("rabbitmq_build_info", "The broker's version", nil, prometheus.Labels{
		"product_name": "HutchMQ", "product_version": version, "go_version": runtime.Version(), "rabbitmq_node": node,
	})
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(&collector{b, prometheus.MustNewConstMetric(build, prometheus.GaugeValue, 1)})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	return mux
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(to chan<- *prometheus.Desc) {
	to <- c.build.Desc()
	for _, g := range gauges {
		to <- g.desc
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(to chan<- prometheus.Metric) {
	to <- c.build
	t := c.broker.Totals()
	for _, g := range gauges {
		to <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, float64(g.value(&t)))
	}
}
