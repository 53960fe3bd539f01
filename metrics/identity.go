package metrics

import "runtime"

// compatible is the release of RabbitMQ whose names these are.
const compatible = "4.3.6"

// writeIdentity says who was scraped. It is on every page: dashboards join all
// that they show with it.
func writeIdentity(p *page, s *snapshot) {
	p.begin("rabbitmq_build_info", untyped, "RabbitMQ & Erlang/OTP version info")
	p.sample(label(
		"rabbitmq_version", compatible, "prometheus_plugin_version", compatible, "prometheus_client_version", s.version,
		"erlang_version", runtime.Version(), "product_name", "HutchMQ", "product_version", s.version,
	), 1)
	cluster := s.b.ClusterName()
	p.begin("rabbitmq_identity_info", untyped, "RabbitMQ node & cluster identity info")
	p.sample(label(
		"rabbitmq_node", s.nodeNow().Name, "rabbitmq_cluster", cluster, "rabbitmq_cluster_permanent_id", cluster,
		"rabbitmq_endpoint", s.endpoint,
	), 1)
}
