package config

import "strings"

// rule is what becomes of a key of rabbitmq.conf. In its name, * stands for one
// part, and ** at the end for all that follow. Either it has a path, our key,
// and the value is read by as, or taken as it is; or do does more than that; or
// it is lost.
type rule struct {
	name  string
	path  string
	as    func(string) (string, error)
	do    func(c *conversion, a assignment, part string) error
	lost  string // why there is no counterpart
	grave bool   // the broker then does not do what was asked for
}

// Why something is lost.
const (
	erlang  = "about RabbitMQ's inside: nothing to set here"
	sockets = "sockets are set up by the broker itself"
	single  = "this broker stands alone: it joins no cluster"
	notYet  = "not supported: ignored"
	goTLS   = "the broker chooses what is safe"
	finer   = "not supported: what is shown does not depend on it"
)

// rules are the keys of RabbitMQ that we know.
var rules = []rule{
	{name: "listeners.tcp", do: listen("listeners.amqp.addr")},
	{name: "listeners.tcp.*", do: listen("listeners.amqp.addr")},
	{name: "management.tcp.port", do: port("listeners.management.addr")},
	{name: "management.tcp.ip", do: host("listeners.management.addr", "15672")},
	{name: "management.listener.port", do: port("listeners.management.addr")},
	{name: "management.listener.ip", do: host("listeners.management.addr", "15672")},
	{name: "prometheus.tcp.port", do: port("listeners.metrics.addr")},
	{name: "prometheus.tcp.ip", do: host("listeners.metrics.addr", "15692")},

	{name: "default_user", path: "defaults.user"},
	{name: "default_pass", path: "defaults.pass"},
	{name: "default_vhost", path: "defaults.vhost"},
	{name: "default_user_tags.*", do: tagged},
	{name: "default_permissions.*", do: only("the first user may do everything in the first vhost", ".*")},
	{name: "loopback_users", do: loopbackUser},
	{name: "loopback_users.*", do: loopbackUser},
	{name: "default_queue_type", path: "default_queue_type", as: toQueueType},

	{name: "channel_max", path: "limits.channel_max", as: toChannels},
	{name: "frame_max", path: "limits.frame_max", as: toSize},
	{name: "heartbeat", path: "limits.heartbeat", as: unit("s")},
	{name: "max_message_size", path: "limits.max_message_size", as: toSize},
	{name: "handshake_timeout", path: "limits.handshake_timeout", as: unit("ms")},
	{name: "connection_max", path: "limits.connections", as: toNumber},
	{name: "consumer_max_per_channel", path: "limits.consumers_per_channel", as: toNumber},
	{name: "cluster_queue_limit", path: "limits.queues", as: toNumber},
	{name: "cluster_exchange_limit", path: "limits.exchanges", as: toNumber},
	{name: "consumer_timeout", path: "limits.consumer_timeout", as: unit("ms")},

	{name: "vm_memory_high_watermark.relative", path: "alarms.memory_high_watermark", as: toShare},
	{name: "vm_memory_high_watermark.absolute", path: "alarms.memory_high_watermark", as: toSize},
	{name: "total_memory_available_override_value", path: "memory.limit", as: toSize},
	{name: "disk_free_limit.absolute", path: "alarms.disk_free_limit", as: toSize},
	{name: "disk_free_limit.relative", lost: "give a size: disk_free_limit.absolute", grave: true},

	{name: "load_definitions", path: "definitions"},
	{name: "management.load_definitions", path: "definitions"},
	{name: "definitions.local.path", path: "definitions"},
	{name: "definitions.import_backend", do: only("definitions are read from a file only", "local_filesystem")},
	{name: "definitions.skip_if_unchanged", path: "definitions.skip_if_unchanged"},
	{name: "definitions.**", lost: notYet, grave: true},

	{name: "product.name", path: "advertise.product"},
	{name: "product.version", path: "advertise.version"},

	{name: "log.console", do: func(c *conversion, a assignment, _ string) error {
		c.console = a.value == "true"
		return nil
	}},
	{name: "log.dir", do: func(c *conversion, a assignment, _ string) error {
		c.logDir = a.value
		return nil
	}},
	{name: "log.file", do: logged},
	{name: "log.level", do: leveled},
	{name: "log.console.level", do: leveled},
	{name: "log.file.level", do: leveled},
	{name: "log.default.level", do: leveled},
	{name: "log.console.formatter", path: "log.format", as: toFormat},
	{name: "log.file.formatter", path: "log.format", as: toFormat},
	{name: "log.connection.level", path: "log.connection.level", as: toCategory},
	{name: "log.channel.level", path: "log.channel.level", as: toCategory},
	{name: "log.queue.level", path: "log.queue.level", as: toCategory},
	{name: "log.file.rotation.size", path: "log.rotate.size", as: toSize},
	{name: "log.file.rotation.count", path: "log.rotate.keep", as: toNumber},
	{name: "log.file.rotation.date", lost: "give an age: log.rotate.age", grave: true},
	{name: "log.syslog", do: only("the log goes to a file or a stream", "false")},
	{name: "log.exchange", do: only("the log goes to a file or a stream", "false")},
	{name: "log.**", lost: finer},

	{name: "auth_mechanisms.*", do: item("auth.mechanisms", strings.ToUpper)},
	{name: "auth_backends.*", do: backend},
	{name: "auth_http.user_path", path: "auth.http.user_path"},
	{name: "auth_http.vhost_path", path: "auth.http.vhost_path"},
	{name: "auth_http.resource_path", path: "auth.http.resource_path"},
	{name: "auth_http.topic_path", path: "auth.http.topic_path"},
	{name: "auth_http.http_method", path: "auth.http.http_method"},
	{name: "auth_http.request_timeout", path: "auth.http.timeout", as: unit("ms")},
	{name: "auth_http.ssl_options.cacertfile", path: "auth.http.ca_file"},
	{name: "auth_http.connection_timeout", lost: finer},
	{name: "auth_http.**", lost: notYet, grave: true},
	{name: "auth_oauth2.resource_server_id", path: "auth.oauth2.resource_server_id"},
	{name: "auth_oauth2.issuer", path: "auth.oauth2.issuer"},
	{name: "auth_oauth2.jwks_uri", path: "auth.oauth2.jwks_url"},
	{name: "auth_oauth2.jwks_url", path: "auth.oauth2.jwks_url"},
	{name: "auth_oauth2.scope_prefix", path: "auth.oauth2.scope_prefix"},
	{name: "auth_oauth2.additional_scopes_key", path: "auth.oauth2.additional_scopes_key"},
	{name: "auth_oauth2.verify_aud", path: "auth.oauth2.verify_aud"},
	{name: "auth_oauth2.preferred_username_claims.*", do: item("auth.oauth2.username_claims", same)},
	{name: "auth_oauth2.algorithms.*", do: item("auth.oauth2.algorithms", same)},
	{name: "auth_oauth2.https.cacertfile", path: "auth.oauth2.ca_file"},
	{name: "auth_oauth2.**", lost: notYet, grave: true},
	{name: "auth_ldap.servers.*", do: item("auth.ldap.urls", func(host string) string { return "ldap://" + host })},
	{name: "auth_ldap.use_starttls", path: "auth.ldap.starttls"},
	{name: "auth_ldap.use_ssl", do: only("write ldaps:// into auth.ldap.urls", "false")},
	{name: "auth_ldap.port", do: only("write the port into auth.ldap.urls", "389")},
	{name: "auth_ldap.user_dn_pattern", path: "auth.ldap.user_dn_pattern"},
	{name: "auth_ldap.dn_lookup_base", path: "auth.ldap.user_base"},
	{name: "auth_ldap.dn_lookup_bind.user_dn", path: "auth.ldap.bind_dn"},
	{name: "auth_ldap.dn_lookup_bind.password", path: "auth.ldap.bind_password"},
	{name: "auth_ldap.timeout", path: "auth.ldap.timeout", as: unit("ms")},
	{name: "auth_ldap.ssl_options.cacertfile", path: "auth.ldap.ca_file"},
	{name: "auth_ldap.log", lost: finer},
	{name: "auth_ldap.**", lost: notYet, grave: true},
	{name: "auth_cache.cache_ttl", path: "auth.cache_ttl", as: unit("ms")},
	{name: "auth_cache.**", lost: finer},
	{name: "anonymous_login_user", path: "auth.anonymous_login_user", as: toNobody},
	{name: "anonymous_login_pass", lost: "the user logs in without a password"},
	{name: "password_hashing_module", path: "auth.password_hashing", as: toHashing},
	{name: "ssl_cert_login_from", path: "auth.ssl_cert_login_from"},
	{name: "ssl_cert_login_san_type", path: "auth.ssl_cert_login_san_type"},
	{name: "ssl_cert_login_san_index", path: "auth.ssl_cert_login_san_index", as: toNumber},
	{name: "credential_validator.**", lost: notYet, grave: true},
	{name: "default_users.**", lost: "put users into a definitions file", grave: true},
	{name: "default_policies.**", lost: "put policies into a definitions file", grave: true},
	{name: "default_limits.**", lost: "put limits into a definitions file", grave: true},
	{name: "vhost_max", lost: notYet, grave: true},

	{name: "listeners.ssl", do: listen("listeners.amqps.addr")},
	{name: "listeners.ssl.*", do: listen("listeners.amqps.addr")},
	{name: "ssl_options.certfile", path: "tls.cert"},
	{name: "ssl_options.keyfile", path: "tls.key"},
	{name: "ssl_options.cacertfile", path: "tls.ca"},
	{name: "ssl_options.verify", do: verify("listeners.amqps.verify")},
	{name: "ssl_options.fail_if_no_peer_cert", do: verify("listeners.amqps.verify")},
	{name: "ssl_options.versions.*", do: tlsVersion},
	{name: "ssl_options.password", lost: "a key with a password cannot be read: store it without one", grave: true},
	{name: "ssl_options.crl_check", do: only("certificates that were revoked are not looked up", "false")},
	{name: "ssl_options.**", lost: goTLS},
	{name: "management.ssl.port", do: port("listeners.management_tls.addr")},
	{name: "management.ssl.ip", do: host("listeners.management_tls.addr", "15671")},
	{name: "management.ssl.certfile", path: "listeners.management_tls.cert"},
	{name: "management.ssl.keyfile", path: "listeners.management_tls.key"},
	{name: "management.ssl.cacertfile", path: "listeners.management_tls.ca"},
	{name: "management.ssl.verify", do: verify("listeners.management_tls.verify")},
	{name: "management.ssl.fail_if_no_peer_cert", do: verify("listeners.management_tls.verify")},
	{name: "management.ssl.versions.*", do: tlsVersion},
	{name: "management.ssl.**", lost: goTLS},
	{name: "management.listener.ssl", do: only("give management.ssl.port and its files instead", "false")},
	{name: "management.listener.ssl_opts.**", lost: "give management.ssl.port and its files instead", grave: true},
	{name: "prometheus.ssl.port", do: port("listeners.metrics_tls.addr")},
	{name: "prometheus.ssl.ip", do: host("listeners.metrics_tls.addr", "15691")},
	{name: "prometheus.ssl.certfile", path: "listeners.metrics_tls.cert"},
	{name: "prometheus.ssl.keyfile", path: "listeners.metrics_tls.key"},
	{name: "prometheus.ssl.cacertfile", path: "listeners.metrics_tls.ca"},
	{name: "prometheus.ssl.verify", do: verify("listeners.metrics_tls.verify")},
	{name: "prometheus.ssl.fail_if_no_peer_cert", do: verify("listeners.metrics_tls.verify")},
	{name: "prometheus.ssl.**", lost: goTLS},
	{name: "management.path_prefix", lost: notYet, grave: true},
	{name: "management.disable_basic_auth", lost: notYet, grave: true},
	{name: "management.oauth_**", lost: notYet, grave: true},
	{name: "proxy_protocol", do: proxied},

	{name: "mqtt.**", lost: "this broker does not speak MQTT", grave: true},
	{name: "web_mqtt.**", lost: "this broker does not speak MQTT", grave: true},
	{name: "stomp.**", lost: "this broker does not speak STOMP", grave: true},
	{name: "web_stomp.**", lost: "this broker does not speak STOMP", grave: true},
	{name: "stream.**", lost: "this broker does not speak the stream protocol", grave: true},
	{name: "amqp1_0.**", lost: "this broker does not speak AMQP 1.0", grave: true},
	{name: "trust_store.**", lost: notYet, grave: true},
	{name: "cluster_formation.**", lost: single, grave: true},
	{name: "cluster_partition_handling.**", lost: single},
	{name: "cluster_keepalive_interval", lost: single},
	{name: "cluster_name", lost: "set it by PUT /api/cluster-name"},
	{name: "queue_leader_locator", lost: single},
	{name: "queue_master_locator", lost: single},
	{name: "mirroring_sync_batch_size", lost: single},
	{name: "mirroring_sync_max_throughput", lost: single},
	{name: "net_ticktime", lost: single},
	{name: "distribution.**", lost: single},
	{name: "node_tags.*", lost: notYet},

	{name: "tcp_listen_options.**", lost: sockets},
	{name: "num_acceptors.*", lost: sockets},
	{name: "socket_writer.**", lost: sockets},
	{name: "reverse_dns_lookups", lost: notYet},
	{name: "management.tcp.**", lost: sockets},
	{name: "prometheus.**", lost: finer},
	{name: "management.**", lost: finer},
	{name: "management_agent.**", lost: finer},
	{name: "collect_statistics", lost: finer},
	{name: "collect_statistics_interval", lost: finer},
	{name: "motd_file", lost: notYet},

	{name: "vm_memory_high_watermark_paging_ratio", lost: "queues keep on disk what is over their share of memory"},
	{name: "vm_memory_calculation_strategy", lost: erlang},
	{name: "memory_monitor_interval", lost: erlang},
	{name: "queue_index_embed_msgs_below", lost: erlang},
	{name: "classic_queue.**", lost: erlang},
	{name: "quorum_queue.**", lost: erlang},
	{name: "raft.**", lost: erlang},
	{name: "erlang.K", lost: erlang},
	{name: "sysmon_handler.**", lost: erlang},
	{name: "background_gc_enabled", lost: erlang},
	{name: "background_gc_target_interval", lost: erlang},
	{name: "hipe_compile", lost: erlang},
	{name: "delegate_count", lost: erlang},
	{name: "default_worker_pool_size", lost: erlang},
	{name: "mnesia_table_loading_retry_timeout", lost: erlang},
	{name: "mnesia_table_loading_retry_limit", lost: erlang},
	{name: "message_store_shutdown_timeout", lost: erlang},
	{name: "vhost_restart_strategy", lost: erlang},
	{name: "initial_frame_max", lost: erlang},
	{name: "deprecated_features.**", lost: erlang},
}

// ruleFor finds the first rule for a key, and what its * stands for; nil when
// there is none.
func ruleFor(key string) (r *rule, part string) {
	for i := range rules {
		if part, ok := rules[i].match(key); ok {
			return &rules[i], part
		}
	}
	return nil, ""
}

func (r *rule) match(key string) (part string, ok bool) {
	if prefix, all := strings.CutSuffix(r.name, "**"); all {
		return "", strings.HasPrefix(key, prefix) || key == strings.TrimSuffix(prefix, ".")
	}
	if prefix, one := strings.CutSuffix(r.name, "*"); one {
		part, ok = strings.CutPrefix(key, prefix)
		return part, ok && part != ""
	}
	return "", key == r.name
}
