package config

import "math"

// Key is one setting. The table below is the only place that names it: the
// file, the environment, the flags, the checks and docs/CONFIG.md all follow
// from there.
type Key struct {
	Path    string   // in the file: "limits.frame_max"
	Default string   // as it would be written in the file
	Says    string   // one sentence
	Flag    string   // of hutchmq server: "data-dir"; empty: none
	Env     []string // names besides Variable, each weaker than the one before

	Choices  []string // a text is one of these, if any are given
	Min, Max int64    // of a number, in bytes, nanoseconds or one
	Secret   bool     // not to be shown
	Live     bool     // a reload changes it at once

	field func(c *Config) any // a pointer to the value
}

const (
	kib    = 1 << 10
	mib    = 1 << 20
	milli  = 1_000_000
	second = 1_000 * milli
)

// Keys is every setting, in the order it is documented.
var Keys = []Key{
	{
		Path: "data_dir", Default: "./data", Flag: "data-dir",
		Says:  "The directory that holds everything the broker stores; it is made when it is missing.",
		field: func(c *Config) any { return &c.DataDir },
	},
	{
		Path: "node.name", Default: "rabbit@<host>", Env: []string{"RABBITMQ_NODENAME"},
		Says:  "The name of this node, as management tools show it; by default with the host name up to its first dot.",
		field: func(c *Config) any { return &c.Node.Name },
	},
	{
		Path: "listeners.amqp.addr", Default: ":5672", Flag: "amqp", Env: []string{"HUTCHMQ_AMQP", "RABBITMQ_NODE_PORT"},
		Says:  "Where AMQP clients connect.",
		field: func(c *Config) any { return &c.Listeners.AMQP },
	},
	{
		Path: "listeners.amqp.proxy_protocol", Default: "false",
		Says:  "Whether AMQP clients come through proxies, which tell who they are by the PROXY protocol, version 1 or 2.",
		field: func(c *Config) any { return &c.Listeners.AMQPProxy.On },
	},
	{
		Path: "listeners.amqp.proxy_protocol_from", Default: "127.0.0.0/8,::1/128",
		Says:  "The networks of those proxies; a connection from elsewhere is refused.",
		field: func(c *Config) any { return &c.Listeners.AMQPProxy.From },
	},
	{
		Path: "listeners.amqps.addr", Default: "none", Flag: "amqps", Env: []string{"HUTCHMQ_AMQPS"},
		Says:  "Where AMQP clients connect with TLS; the usual port is 5671.",
		field: func(c *Config) any { return &c.Listeners.AMQPS.Addr },
	},
	{
		Path:  "listeners.amqps.cert",
		Says:  "Certificates of this listener, in place of `tls.cert`.",
		field: func(c *Config) any { return &c.Listeners.AMQPS.Cert },
	},
	{
		Path:  "listeners.amqps.key",
		Says:  "Their keys, in place of `tls.key`.",
		field: func(c *Config) any { return &c.Listeners.AMQPS.Key },
	},
	{
		Path:  "listeners.amqps.ca",
		Says:  "The authorities of this listener's clients, in place of `tls.ca`.",
		field: func(c *Config) any { return &c.Listeners.AMQPS.CA },
	},
	{
		Path: "listeners.amqps.verify", Default: VerifyNone, Choices: []string{VerifyNone, VerifyOptional, VerifyRequire},
		Says:  "Whether clients show a certificate: `optional` refuses a bad one, `require` also a client without.",
		field: func(c *Config) any { return &c.Listeners.AMQPS.Verify },
	},
	{
		Path: "listeners.amqps.proxy_protocol", Default: "false",
		Says:  "Whether AMQP clients with TLS come through proxies, which tell who they are by the PROXY protocol, version 1 or 2.",
		field: func(c *Config) any { return &c.Listeners.AMQPSProxy.On },
	},
	{
		Path: "listeners.amqps.proxy_protocol_from", Default: "127.0.0.0/8,::1/128",
		Says:  "The networks of those proxies; a connection from elsewhere is refused.",
		field: func(c *Config) any { return &c.Listeners.AMQPSProxy.From },
	},
	{
		Path: "listeners.management.addr", Default: ":15672", Flag: "management", Env: []string{"HUTCHMQ_MANAGEMENT"},
		Says:  "Where the management API and its pages are served.",
		field: func(c *Config) any { return &c.Listeners.Management },
	},
	{
		Path: "listeners.management_tls.addr", Default: "none", Flag: "management-tls", Env: []string{"HUTCHMQ_MANAGEMENT_TLS"},
		Says:  "Where the management API and its pages are served with TLS; the usual port is 15671.",
		field: func(c *Config) any { return &c.Listeners.ManagementTLS.Addr },
	},
	{
		Path:  "listeners.management_tls.cert",
		Says:  "Certificates of this listener, in place of `tls.cert`.",
		field: func(c *Config) any { return &c.Listeners.ManagementTLS.Cert },
	},
	{
		Path:  "listeners.management_tls.key",
		Says:  "Their keys, in place of `tls.key`.",
		field: func(c *Config) any { return &c.Listeners.ManagementTLS.Key },
	},
	{
		Path:  "listeners.management_tls.ca",
		Says:  "The authorities of this listener's clients, in place of `tls.ca`.",
		field: func(c *Config) any { return &c.Listeners.ManagementTLS.CA },
	},
	{
		Path: "listeners.management_tls.verify", Default: VerifyNone, Choices: []string{VerifyNone, VerifyOptional, VerifyRequire},
		Says:  "Whether clients show a certificate: `optional` refuses a bad one, `require` also a client without.",
		field: func(c *Config) any { return &c.Listeners.ManagementTLS.Verify },
	},
	{
		Path: "listeners.metrics.addr", Default: ":15692", Flag: "metrics", Env: []string{"HUTCHMQ_METRICS"},
		Says:  "Where Prometheus scrapes metrics.",
		field: func(c *Config) any { return &c.Listeners.Metrics },
	},
	{
		Path: "listeners.metrics_tls.addr", Default: "none", Flag: "metrics-tls", Env: []string{"HUTCHMQ_METRICS_TLS"},
		Says:  "Where Prometheus scrapes metrics with TLS; the usual port is 15691.",
		field: func(c *Config) any { return &c.Listeners.MetricsTLS.Addr },
	},
	{
		Path:  "listeners.metrics_tls.cert",
		Says:  "Certificates of this listener, in place of `tls.cert`.",
		field: func(c *Config) any { return &c.Listeners.MetricsTLS.Cert },
	},
	{
		Path:  "listeners.metrics_tls.key",
		Says:  "Their keys, in place of `tls.key`.",
		field: func(c *Config) any { return &c.Listeners.MetricsTLS.Key },
	},
	{
		Path:  "listeners.metrics_tls.ca",
		Says:  "The authorities of this listener's clients, in place of `tls.ca`.",
		field: func(c *Config) any { return &c.Listeners.MetricsTLS.CA },
	},
	{
		Path: "listeners.metrics_tls.verify", Default: VerifyNone, Choices: []string{VerifyNone, VerifyOptional, VerifyRequire},
		Says:  "Whether clients show a certificate: `optional` refuses a bad one, `require` also a client without.",
		field: func(c *Config) any { return &c.Listeners.MetricsTLS.Verify },
	},
	{
		Path:  "tls.cert",
		Says:  "The certificate of listeners with TLS, a PEM file with its chain; in a list, the first that fits the name which a client asks for is used, or else the first.",
		field: func(c *Config) any { return &c.TLS.Cert },
	},
	{
		Path:  "tls.key",
		Says:  "The key of each certificate, in the same order; a certificate without one has it in its own file.",
		field: func(c *Config) any { return &c.TLS.Key },
	},
	{
		Path:  "tls.ca",
		Says:  "The authorities that sign certificates of clients, a PEM file.",
		field: func(c *Config) any { return &c.TLS.CA },
	},
	{
		Path: "tls.min_version", Default: "1.2", Choices: []string{"1.2", "1.3"},
		Says:  "The least version of TLS that is spoken.",
		field: func(c *Config) any { return &c.TLS.MinVersion },
	},
	{
		Path: "definitions", Flag: "definitions",
		Live:  true,
		Says:  "A definitions file, JSON or YAML, or a directory of them, applied at every start: all of it, or the broker does not start.",
		field: func(c *Config) any { return &c.Definitions },
	},
	{
		Path: "definitions.skip_if_unchanged", Default: "false",
		Live:  true,
		Says:  "Whether definitions that are what they were when they were applied last, variables included, are left alone; what was changed by hand since then stays so.",
		field: func(c *Config) any { return &c.SkipUnchanged },
	},
	{
		Path: "defaults.user", Default: "guest", Env: []string{"RABBITMQ_DEFAULT_USER"},
		Says:  "The administrator made when the data directory is empty.",
		field: func(c *Config) any { return &c.Defaults.User },
	},
	{
		Path: "defaults.pass", Default: "guest", Env: []string{"RABBITMQ_DEFAULT_PASS"}, Secret: true,
		Says:  "The password of that administrator.",
		field: func(c *Config) any { return &c.Defaults.Pass },
	},
	{
		Path: "defaults.vhost", Default: "/", Env: []string{"RABBITMQ_DEFAULT_VHOST"},
		Says:  "The vhost made when the data directory is empty.",
		field: func(c *Config) any { return &c.Defaults.Vhost },
	},
	{
		Path: "default_queue_type", Default: "classic", Choices: []string{"classic", "quorum"},
		Says:  "The type of queues that are declared without one, in vhosts that have no default of their own.",
		field: func(c *Config) any { return &c.DefaultQueueType },
	},
	{
		Path: "auth.loopback_users", Default: "guest",
		Says:  "Users that may log in only from this machine; `none` lets everybody in from everywhere.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LoopbackUsers },
	},
	{
		Path: "auth.backends", Default: "internal", Choices: []string{
			BackendInternal, BackendOAuth2, BackendHTTP, BackendLDAP, BackendHTTPInternal, BackendLDAPInternal,
		},
		Says:  "Who lets users in, asked in this order: `internal` are the users of this broker, `oauth2`, `http` and `ldap` those of other systems; `http/internal` and `ldap/internal` check the password there and take tags and rights from the internal user of the same name.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.Backends },
	},
	{
		Path: "auth.mechanisms", Default: "PLAIN,AMQPLAIN,EXTERNAL,ANONYMOUS", Choices: []string{"PLAIN", "AMQPLAIN", "EXTERNAL", "ANONYMOUS"},
		Says:  "The SASL mechanisms offered to clients, of which `EXTERNAL` needs a client certificate and `ANONYMOUS` an `auth.anonymous_login_user`.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.Mechanisms },
	},
	{
		Path:  "auth.anonymous_login_user",
		Says:  "The user that clients are who log in as nobody, with the mechanism `ANONYMOUS`; empty lets none of them in.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.AnonymousUser },
	},
	{
		Path: "auth.password_hashing", Default: "sha256", Choices: []string{"sha256", "sha512", "argon2id"},
		Says:  "How new passwords are hashed: RabbitMQ can import all of these but `argon2id`, which is much harder to guess from a stolen file.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.PasswordHashing },
	},
	{
		Path: "auth.cache_ttl", Default: "15s", Max: 3600 * second,
		Says:  "How long answers of backends outside are remembered; `0s` is not at all.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.CacheTTL },
	},
	{
		Path:  "auth.oauth2.resource_server_id",
		Says:  "This broker among the audiences of access tokens.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.ResourceServerID },
	},
	{
		Path:  "auth.oauth2.issuer",
		Says:  "The issuer that tokens must be of, and whose discovery document tells where its keys are.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.Issuer },
	},
	{
		Path:  "auth.oauth2.jwks_url",
		Says:  "Where the keys are that sign tokens, when the issuer is not to be asked.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.JWKSURL },
	},
	{
		Path:  "auth.oauth2.jwks_file",
		Says:  "A file with those keys, instead of a URL.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.JWKSFile },
	},
	{
		Path:  "auth.oauth2.scope_prefix",
		Says:  "What scopes for this broker begin with; by default the resource server id and a dot.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.ScopePrefix },
	},
	{
		Path:  "auth.oauth2.scope_aliases",
		Says:  "Scopes that stand for others, such as `admin=rabbitmq.tag:administrator rabbitmq.read:*/*`.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.ScopeAliases },
	},
	{
		Path:  "auth.oauth2.additional_scopes_key",
		Says:  "Claims that hold scopes beside `scope`; a dot leads into an object, as in `realm_access.roles`.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.AdditionalScopesKeys },
	},
	{
		Path: "auth.oauth2.username_claims", Default: "sub,client_id",
		Says:  "Claims with the name of the user, of which the first that is there counts.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.UsernameClaims },
	},
	{
		Path: "auth.oauth2.algorithms", Default: "RS256,RS384,RS512,PS256,PS384,PS512,ES256,ES384,ES512,EdDSA", Choices: []string{
			"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
		},
		Says:  "The algorithms that may have signed a token.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.Algorithms },
	},
	{
		Path: "auth.oauth2.verify_aud", Default: "true",
		Says:  "Whether a token must be for this broker.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.VerifyAudience },
	},
	{
		Path: "auth.oauth2.require_tls", Default: "true",
		Says:  "Whether keys are taken from other machines over https only.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.RequireTLS },
	},
	{
		Path: "auth.oauth2.leeway", Default: "5s", Max: 300 * second,
		Says:  "By how much the clocks of issuers may differ from this one.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.Leeway },
	},
	{
		Path: "auth.oauth2.timeout", Default: "5s", Min: 100 * milli, Max: 60 * second,
		Says:  "How long the issuer may take to answer.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.Timeout },
	},
	{
		Path:  "auth.oauth2.ca_file",
		Says:  "The certificates, in PEM, of those who vouch for the issuer's; by default the system's.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.OAuth2.CAFile },
	},
	{
		Path:  "auth.http.user_path",
		Says:  "The URL of the web service that tells who may log in, as RabbitMQ's HTTP backend asks it.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.HTTP.UserPath },
	},
	{
		Path:  "auth.http.vhost_path",
		Says:  "The URL that tells who may open a vhost.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.HTTP.VhostPath },
	},
	{
		Path:  "auth.http.resource_path",
		Says:  "The URL that tells who may configure, write to or read from a queue or exchange.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.HTTP.ResourcePath },
	},
	{
		Path:  "auth.http.topic_path",
		Says:  "The URL that tells who may use a routing key of a topic exchange.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.HTTP.TopicPath },
	},
	{
		Path: "auth.http.http_method", Default: "get", Choices: []string{"get", "post"},
		Says:  "How the web service is asked.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.HTTP.Method },
	},
	{
		Path: "auth.http.timeout", Default: "5s", Min: 100 * milli, Max: 60 * second,
		Says:  "How long the web service may take to answer.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.HTTP.Timeout },
	},
	{
		Path:  "auth.http.ca_file",
		Says:  "The certificates, in PEM, of those who vouch for the web service's; by default the system's.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.HTTP.CAFile },
	},
	{
		Path:  "auth.ldap.urls",
		Says:  "Where the directory is, `ldap://host` or `ldaps://host`; one after the other is tried.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.URLs },
	},
	{
		Path: "auth.ldap.starttls", Default: "false",
		Says:  "Whether `ldap://` switches to TLS before anything is said.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.StartTLS },
	},
	{
		Path:  "auth.ldap.user_dn_pattern",
		Says:  "The entry of a user, such as `uid=${username},ou=people,dc=example,dc=com`.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.UserDNPattern },
	},
	{
		Path:  "auth.ldap.user_base",
		Says:  "Where users are sought when there is no pattern.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.UserBase },
	},
	{
		Path: "auth.ldap.user_filter", Default: "(uid=${username})",
		Says:  "What finds the entry of a user there.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.UserFilter },
	},
	{
		Path:  "auth.ldap.bind_dn",
		Says:  "Who searches the directory; by default nobody, and then the user.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.BindDN },
	},
	{
		Path: "auth.ldap.bind_password", Secret: true,
		Says:  "The password of who searches.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.BindPassword },
	},
	{
		Path:  "auth.ldap.group_base",
		Says:  "Where the groups of a user are sought; empty is not at all.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.GroupBase },
	},
	{
		Path: "auth.ldap.group_filter", Default: "(member=${user_dn})",
		Says:  "What finds the groups of a user there.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.GroupFilter },
	},
	{
		Path: "auth.ldap.group_name_attribute", Default: "cn",
		Says:  "The attribute that `auth.ldap.groups` calls groups by.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.GroupNameAttribute },
	},
	{
		Path:  "auth.ldap.groups",
		Says:  "What each group stands for, such as `admins=tag:administrator configure:*/* write:*/* read:*/*`; see docs/AUTH.md.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.Groups },
	},
	{
		Path:  "auth.ldap.everyone",
		Says:  "What every user of the directory may do, in the same words.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.Everyone },
	},
	{
		Path: "auth.ldap.timeout", Default: "5s", Min: 100 * milli, Max: 60 * second,
		Says:  "How long the directory may take to answer.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.Timeout },
	},
	{
		Path:  "auth.ldap.ca_file",
		Says:  "The certificates, in PEM, of those who vouch for the directory's; by default the system's.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.LDAP.CAFile },
	},
	{
		Path: "auth.ssl_cert_login_from", Default: "distinguished_name",
		Choices: []string{"distinguished_name", "common_name", "subject_alternative_name"},
		Says:    "Which name in a client's certificate is that of the user, for clients that log in by EXTERNAL.",
		Live:    true,
		field:   func(c *Config) any { return &c.Auth.CertificateLogin.From },
	},
	{
		Path: "auth.ssl_cert_login_san_type", Default: "dns", Choices: []string{"dns", "email", "uri", "ip"},
		Says:  "The type of the subject alternative name.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.CertificateLogin.SANType },
	},
	{
		Path: "auth.ssl_cert_login_san_index", Default: "0", Max: 100,
		Says:  "Which of the names of that type, from 0.",
		Live:  true,
		field: func(c *Config) any { return &c.Auth.CertificateLogin.SANIndex },
	},
	{
		Path: "advertise.product", Default: "HutchMQ",
		Says:  "The product name told to clients; some switch features on for `RabbitMQ`.",
		field: func(c *Config) any { return &c.Advertise.Product },
	},
	{
		Path: "advertise.version", Default: "<version>",
		Says:  "The version told to clients; by default the version of this build, or 4.3.0 when the product is `RabbitMQ`.",
		field: func(c *Config) any { return &c.Advertise.Version },
	},
	{
		Path: "limits.channel_max", Default: "2047", Min: 1, Max: math.MaxUint16,
		Live:  true,
		Says:  "Channels a connection may have open.",
		field: func(c *Config) any { return &c.Limits.ChannelMax },
	},
	{
		Path: "limits.frame_max", Default: "128KiB", Min: 4 * kib, Max: 16 * mib,
		Live:  true,
		Says:  "The largest frame the broker takes; a client may negotiate less, down to 4KiB.",
		field: func(c *Config) any { return &c.Limits.FrameMax },
	},
	{
		Path: "limits.heartbeat", Default: "60s", Max: math.MaxUint16 * second,
		Live:  true,
		Says:  "The heartbeat offered to clients, in whole seconds; `0s` offers none.",
		field: func(c *Config) any { return &c.Limits.Heartbeat },
	},
	{
		Path: "limits.max_message_size", Default: "16MiB", Min: 1, Max: 512 * mib,
		Live:  true,
		Says:  "The largest message body.",
		field: func(c *Config) any { return &c.Limits.MaxMessageSize },
	},
	{
		Path: "limits.handshake_timeout", Default: "10s", Min: 100 * milli, Max: 3600 * second,
		Live:  true,
		Says:  "How long a client may take from connecting to an open vhost.",
		field: func(c *Config) any { return &c.Limits.HandshakeTimeout },
	},
	{
		Path: "limits.consumers_per_channel", Default: "10000", Max: math.MaxInt32,
		Live:  true,
		Says:  "Consumers a channel may have; `0` is no limit.",
		field: func(c *Config) any { return &c.Limits.ConsumersPerChannel },
	},
	{
		Path: "limits.connections", Default: "0", Max: math.MaxInt32,
		Live:  true,
		Says:  "AMQP connections this node takes; `0` is no limit.",
		field: func(c *Config) any { return &c.Limits.Connections },
	},
	{
		Path: "limits.queues", Default: "0", Max: math.MaxInt32,
		Live:  true,
		Says:  "Queues this node holds, in all vhosts together; `0` is no limit.",
		field: func(c *Config) any { return &c.Limits.Queues },
	},
	{
		Path: "limits.exchanges", Default: "0", Max: math.MaxInt32,
		Live:  true,
		Says:  "Exchanges this node holds beside those that every vhost has; `0` is no limit.",
		field: func(c *Config) any { return &c.Limits.Exchanges },
	},
	{
		Path: "limits.producers", Default: "100000", Min: 1, Max: math.MaxInt32,
		Live:  true,
		Says:  "Producers that number their messages, for how many of which a vhost keeps count; of more, those are forgotten that published longest ago.",
		field: func(c *Config) any { return &c.Limits.Producers },
	},
	{
		Path: "limits.producer_idle", Default: "168h", Min: second, Max: math.MaxInt64,
		Live:  true,
		Says:  "After how long without a message such a producer is forgotten.",
		field: func(c *Config) any { return &c.Limits.ProducerIdle },
	},
	{
		Path: "limits.unacked_per_channel", Default: "1000000", Max: math.MaxInt32,
		Live:  true,
		Says:  "Deliveries a channel may owe an acknowledgement for, whatever its prefetch; `0` is no limit.",
		field: func(c *Config) any { return &c.Limits.UnackedPerChannel },
	},
	{
		Path: "limits.prefetch", Default: "0", Max: math.MaxUint16,
		Live:  true,
		Says:  "The prefetch of consumers whose channel asked for none; `0` is no limit.",
		field: func(c *Config) any { return &c.Limits.Prefetch },
	},
	{
		Path: "limits.consumer_timeout", Default: "30m", Max: math.MaxInt32 * milli,
		Live:  true,
		Says:  "How long a delivery may stay unacknowledged, unless its consumer, its queue or a policy says otherwise; `0s` is for ever.",
		field: func(c *Config) any { return &c.Limits.ConsumerTimeout },
	},
	{
		Path: "memory.limit", Default: "auto",
		Says:  "The memory the broker counts as all there is, for its alarm, its garbage collector and its queues: `auto` is what its container or the machine has; else a part of that, such as `50%`, or a size.",
		field: func(c *Config) any { return &c.Memory.Limit },
	},
	{
		Path: "alarms.memory_high_watermark", Default: "0.6",
		Live:  true,
		Says:  "The memory the broker may use before it stops publishers: a share such as `0.6` of `memory.limit`, or a size; `0` is no limit.",
		field: func(c *Config) any { return &c.Alarms.MemoryHighWatermark },
	},
	{
		Path: "alarms.disk_free_limit", Default: "50MB", Max: 1 << 60,
		Live:  true,
		Says:  "The disk that must be free where the data directory is, or publishers are stopped; `0` is no limit.",
		field: func(c *Config) any { return &c.Alarms.DiskFreeLimit },
	},
	{
		Path: "store.sync", Default: SyncAlways, Choices: []string{SyncAlways, SyncOS},
		Says:  "`always` confirms a persistent message once it is synced to disk; `os` once the operating system has it.",
		field: func(c *Config) any { return &c.Store.Sync },
	},
	{
		Path:  "encryption.key_file",
		Says:  "A file with the key that encrypts all that is stored: 16, 24 or 32 bytes, as they are, in hex or in base64; see docs/ENCRYPTION.md.",
		field: func(c *Config) any { return &c.Encryption.KeyFile },
	},
	{
		Path: "policies.merge", Default: "true",
		Says:  "Whether all policies that match a queue or exchange are merged, key by key; `false` applies only the one of the highest priority, as RabbitMQ does.",
		field: func(c *Config) any { return &c.Policies.Merge },
	},
	{
		Path: "log.level", Default: "info", Choices: []string{"debug", "info", "warn", "error"},
		Live:  true,
		Says:  "The least severe level that is logged.",
		field: func(c *Config) any { return &c.Log.Level },
	},
	{
		Path: "log.format", Default: FormatAuto, Choices: []string{FormatAuto, FormatText, FormatJSON},
		Says:  "`auto` is text on a terminal and JSON otherwise.",
		field: func(c *Config) any { return &c.Log.Format },
	},
	{
		Path: "log.connection.level", Default: AsLog, Choices: categoryLevels,
		Live:  true,
		Says:  "The least severe level of lines about connections: who came, who was refused, how it ended; `default` is that of `log.level`.",
		field: func(c *Config) any { return &c.Log.Categories.Connection },
	},
	{
		Path: "log.channel.level", Default: AsLog, Choices: categoryLevels,
		Live:  true,
		Says:  "Likewise of lines about channels and what was wrong with them.",
		field: func(c *Config) any { return &c.Log.Categories.Channel },
	},
	{
		Path: "log.queue.level", Default: AsLog, Choices: categoryLevels,
		Live:  true,
		Says:  "Likewise of lines about queues and what they have on disk.",
		field: func(c *Config) any { return &c.Log.Categories.Queue },
	},
	{
		Path: "log.file", Default: ToStderr, Env: []string{"RABBITMQ_LOGS"},
		Says:  "Where the log goes: `stderr`, `stdout`, or the path of a file, which is rotated.",
		field: func(c *Config) any { return &c.Log.File },
	},
	{
		Path: "log.rotate.size", Default: "100MiB", Max: 1 << 40,
		Live:  true,
		Says:  "The size at which a log file is put aside and a new one is begun; `0` is never.",
		field: func(c *Config) any { return &c.Log.Rotate.Size },
	},
	{
		Path: "log.rotate.age", Default: "0s", Max: 366 * 24 * 3600 * second,
		Live:  true,
		Says:  "The age at which a log file is put aside, such as `24h`; `0s` is never.",
		field: func(c *Config) any { return &c.Log.Rotate.Age },
	},
	{
		Path: "log.rotate.keep", Default: "5", Min: 1, Max: 1000,
		Live:  true,
		Says:  "How many log files that were put aside are kept.",
		field: func(c *Config) any { return &c.Log.Rotate.Keep },
	},
	{
		Path:  "tracing.otlp_endpoint",
		Says:  "Where spans of messages are sent by OTLP/HTTP, such as `http://localhost:4318/v1/traces`; empty sends none.",
		field: func(c *Config) any { return &c.Tracing.Endpoint },
	},
	{
		Path: "tracing.sample", Default: "1.0",
		Live:  true,
		Says:  "The part of the traces that their publishers sample which the broker adds its spans to, from 0 to 1.",
		field: func(c *Config) any { return &c.Tracing.Sample },
	},
}
