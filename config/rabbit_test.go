package config

import (
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func rabbitFile(t *testing.T, text string, settings ...string) Sources {
	t.Helper()
	s := sources(t, text, settings...)
	name := filepath.Join(filepath.Dir(s.File), "rabbitmq.conf")
	if err := os.Rename(s.File, name); err != nil {
		t.Fatal(err)
	}
	s.File = name
	return s
}

// TestRabbit: a file of a production node, line by line.
func TestRabbit(t *testing.T) {
	text, err := os.ReadFile("testdata/rabbitmq.conf")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Read(rabbitFile(t, string(text), "ORDERS_USER=olga"))
	if err != nil {
		t.Fatal(err)
	}
	defaults, err := Load(sources(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	want := *defaults
	want.Listeners.Management = "0.0.0.0:15672"
	want.Defaults = Defaults{User: "olga", Pass: "pa ss#1", Vhost: "orders"}
	want.Auth.LoopbackUsers, want.Auth.Mechanisms = nil, []string{"PLAIN", "AMQPLAIN"}
	want.DefaultQueueType, want.Definitions = "quorum", "/etc/rabbitmq/definitions.json"
	want.SkipUnchanged = true
	want.Limits.HandshakeTimeout, want.Limits.Heartbeat = 20*time.Second, 30*time.Second
	want.Limits.FrameMax, want.Limits.ChannelMax, want.Limits.Connections = 262144, 256, 5000
	want.Limits.MaxMessageSize, want.Limits.ConsumerTimeout = 33554432, time.Hour
	want.Limits.ConsumersPerChannel, want.Limits.Queues = 0, 20000
	want.Alarms = Alarms{Watermark{Share: 0.7}, 2_000_000_000}
	want.Memory.Limit = Share{Bytes: 4 << 30}
	want.Log = Log{
		Level: slog.LevelInfo, Format: FormatJSON, File: "/var/log/rabbitmq/orders.log",
		Categories: Categories{Connection: "error", Channel: "warn", Queue: "none"},
		Rotate:     Rotate{Size: 10 << 20, Keep: 10},
	}
	want.Advertise = Advertise{"RabbitMQ", "4.3.0"}
	if !reflect.DeepEqual(*r.Config, want) {
		t.Errorf("got  %+v\nwant %+v", *r.Config, want)
	}
	var grave []string
	for _, n := range r.Notes {
		if n.Grave {
			grave = append(grave, n.Key)
		}
	}
	lost := []string{
		"cluster_formation.peer_discovery_backend", "cluster_formation.k8s.host", "cluster_formation.node_cleanup.interval",
		"mqtt.listeners.tcp.default", "mqtt.exchange", "stomp.listeners.tcp.1", "a_key_of_tomorrow.with.parts",
	}
	for _, key := range lost {
		if !slices.Contains(grave, key) {
			t.Errorf("%s is lost, and nobody is warned", key)
		}
	}
	for _, key := range grave {
		if !slices.Contains(lost, key) {
			t.Errorf("a warning about %s", key)
		}
	}
}

// TestConvertSaysTheSame: what a file is converted to has the same meaning.
func TestConvertSaysTheSame(t *testing.T) {
	text, err := os.ReadFile("testdata/rabbitmq.conf")
	if err != nil {
		t.Fatal(err)
	}
	s := rabbitFile(t, string(text), "ORDERS_USER=o: '\"\t#")
	want, err := Load(s)
	if err != nil {
		t.Fatal(err)
	}
	yaml, notes, err := Convert("x.conf", text, s.Lookup)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Load(sources(t, yaml))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v\nfrom %s", got, err, want, yaml)
	}
	for _, n := range notes {
		if !strings.Contains(yaml, "# "+n.String()+"\n") {
			t.Errorf("no comment about %s", n)
		}
	}
}

// TestRabbitValues: lines, and the value of one of our keys they lead to.
func TestRabbitValues(t *testing.T) {
	for _, tt := range []struct{ file, key, want string }{
		{"listeners.tcp.1 = 127.0.0.1:5672", "listeners.amqp.addr", "127.0.0.1:5672"},
		{"listeners.tcp.1 = ::1:5672", "listeners.amqp.addr", "[::1]:5672"},
		{"listeners.tcp.local = :::5672", "listeners.amqp.addr", "[::]:5672"},
		{"listeners.tcp = none", "listeners.amqp.addr", "none"},
		{"management.tcp.ip = 127.0.0.1", "listeners.management.addr", "127.0.0.1:15672"},
		{"prometheus.tcp.ip = ::1\nprometheus.tcp.port = 9", "listeners.metrics.addr", "[::1]:9"},
		{"heartbeat = 10 # seconds\nheartbeat = 20", "limits.heartbeat", "20s"},
		{"consumer_timeout = undefined", "limits.consumer_timeout", "0ms"},
		{"channel_max = 0", "limits.channel_max", "65535"},
		{"vm_memory_high_watermark.relative = 1", "alarms.memory_high_watermark", "1.0"},
		{"vm_memory_high_watermark.absolute = 512M", "alarms.memory_high_watermark", "512MiB"},
		{"disk_free_limit.absolute = 500kiB", "alarms.disk_free_limit", "500KiB"},
		{"loopback_users = none", "auth.loopback_users", "none"},
		{"loopback_users.admin = true", "auth.loopback_users", "guest,admin"},
		{"loopback_users.guest = true", "auth.loopback_users", "guest"},
		{"default_queue_type = rabbit_quorum_queue", "default_queue_type", "quorum"},
		{"log.console.level = error\nlog.file.level = debug", "log.level", "debug"},
		{"listeners.ssl.default = 5671\nssl_options.certfile = /c.pem", "listeners.amqps.addr", ":5671"},
		{"ssl_options.verify = verify_peer\nssl_options.fail_if_no_peer_cert = true", "listeners.amqps.verify", "require"},
		{"ssl_options.fail_if_no_peer_cert = false\nssl_options.verify = verify_peer", "listeners.amqps.verify", "optional"},
		{"ssl_options.fail_if_no_peer_cert = true", "listeners.amqps.verify", "none"},
		{"ssl_options.versions.1 = tlsv1.3\nssl_options.versions.2 = tlsv1.2", "tls.min_version", "1.2"},
		{"ssl_options.versions.1 = tlsv1.3", "tls.min_version", "1.3"},
		{"management.ssl.port = 15671\nmanagement.ssl.ip = ::1\nmanagement.ssl.certfile = c", "listeners.management_tls.addr", "[::1]:15671"},
		{"proxy_protocol = true", "listeners.amqps.proxy_protocol", "true"},
		{"ssl_cert_login_from = common_name", "auth.ssl_cert_login_from", "common_name"},
		{"auth_mechanisms.1 = PLAIN\nauth_mechanisms.2 = EXTERNAL", "auth.mechanisms", "PLAIN,EXTERNAL"},
		{"auth_backends.2 = internal\nauth_backends.1 = rabbit_auth_backend_http\nauth_http.user_path = http://localhost/u\n" +
			"auth_http.vhost_path = http://localhost/v\nauth_http.resource_path = http://localhost/r\nauth_http.topic_path = http://localhost/t",
			"auth.backends", "http,internal"},
		{"auth_cache.cache_ttl = 5000", "auth.cache_ttl", "5000ms"},
		{"auth_ldap.servers.1 = a\nauth_ldap.servers.2 = b", "auth.ldap.urls", "ldap://a,ldap://b"},
		{"password_hashing_module = rabbit_password_hashing_sha512", "auth.password_hashing", "sha512"},
		{"anonymous_login_user = none", "auth.anonymous_login_user", ""},
		{"log.console = true\nlog.file = x.log", "log.file", "stderr"},
		{"log.file = false", "log.file", "stderr"},
		{"log.console.formatter = plaintext", "log.format", "text"},
		{"%% an old remark\n\n  default_user =  bob ", "defaults.user", "bob"},
	} {
		list, err := Settings(rabbitFile(t, tt.file))
		i := slices.IndexFunc(list, func(s Setting) bool { return s.Key == tt.key })
		if err != nil || list[i].Value != tt.want {
			t.Errorf("%q: %v, %v, want %s", tt.file, list, err, tt.want)
		}
	}
}

func TestRabbitErrors(t *testing.T) {
	for _, tt := range []struct{ file, want string }{
		{"# one\n  hearbeat = 60", "rabbitmq.conf:2:3: hearbeat: unknown key; did you mean 'heartbeat'?"},
		{"vm_memory_high_watermark.relativ = 0.4", "did you mean 'vm_memory_high_watermark.relative'?"},
		{"heartbeat 60", ":1:1: heartbeat 60: want key = value"},
		{"heartbeat = soon", ":1:1: heartbeat: want a whole number, got 'soon'"},
		{"channel_max = 70000", ":1:1: channel_max: want between 1 and 65535, got '70000'"},
		{"default_user = $(NOBODY_SET_THIS)", "the variable $(NOBODY_SET_THIS) is not set"},
		{"default_pass = encrypted:abc", "an encrypted value cannot be read"},
		{"listeners.tcp.1 = 99999", "want a port, or an address and a port"},
		{"management.tcp.port = 99999", "want a port up to 65535"},
		{"log.level = loud", "want debug, info, warning, error or none"},
		{"log.console.formatter = xml", "want json or plaintext"},
		{"loopback_users.guest = maybe", "want true or false, got 'maybe'"},
		{"ssl_options.verify = maybe", "want verify_peer, verify_none"},
		{"ssl_options.versions.1 = sslv3", "want tlsv1.2 or tlsv1.3, got 'sslv3'"},
		{"proxy_protocol = maybe", "want true or false"},
		{"listeners.ssl.default = 5671", "want a certificate in tls.cert"},
		{"auth_backends.1.author = ldap", "want authn or authz, got 'author'"},
		{"auth_backends.1 = magic", "want one of"},
		{"password_hashing_module = rabbit_password_hashing_md5", "want one of"},
		{"default_queue_type = stream", "want one of classic, quorum, got 'stream'"},
		{"heartbeat = \xff", "not UTF-8"},
	} {
		if _, err := Load(rabbitFile(t, tt.file)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.file, err, tt.want)
		}
	}
	_, err := Load(rabbitFile(t, "hearbeat = 1\nframe_max = x\nchannel_max = -1", "--amqp=x"))
	if err == nil || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("not all mistakes at once: %v", err)
	}
}

// TestRabbitNotes: what is not taken over as it is.
func TestRabbitNotes(t *testing.T) {
	for _, tt := range []struct {
		file  string
		says  string
		grave bool
	}{
		{"listeners.tcp.1 = 5672\nlisteners.tcp.2 = 5673", "there is one such listener, at :5672", true},
		{"default_permissions.write = ^orders", "the first user may do everything", true},
		{"default_user_tags.management = true", "an administrator", true},
		{"tcp_listen_options.nodelay = true", sockets, false},
		{"no.such.key = 1", "not supported: ignored", true},
		{"ssl_options.versions.1 = tlsv1.1", "the lowest version", true},
		{"ssl_options.ciphers.1 = ECDHE-ECDSA-AES256-GCM-SHA384", goTLS, false},
		{"ssl_options.password = x", "a key with a password", true},
		{"proxy_protocol = true", "every peer is believed", false},
		{"auth_backends.1 = cache", "remembered", false},
		{"auth_ldap.use_ssl = true", "ldaps://", true},
		{"auth_oauth2.signing_keys.id1 = /key.pem", notYet, true},
	} {
		r, err := Read(rabbitFile(t, tt.file))
		if err != nil || len(r.Notes) != 1 || !strings.Contains(r.Notes[0].Says, tt.says) || r.Notes[0].Grave != tt.grave {
			t.Errorf("%q: %+v, %v", tt.file, r, err)
		}
	}
	s := rabbitFile(t, "heartbeat = 60")
	if err := os.WriteFile(filepath.Join(filepath.Dir(s.File), "advanced.config"), []byte("[]."), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := Read(s); err != nil || len(r.Notes) != 1 || !r.Notes[0].Grave || !strings.HasPrefix(r.Notes[0].String(), "advanced.config: ") {
		t.Errorf("advanced.config: %+v, %v", r, err)
	}
	s.File = filepath.Join(filepath.Dir(s.File), "advanced.config")
	if _, err := Read(s); err == nil || !strings.Contains(err.Error(), "Erlang") {
		t.Errorf("Erlang's terms: %v", err)
	}
}

// TestKindOfFile: by its name, or else by what it says.
func TestKindOfFile(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		rabbit     bool
	}{
		{"rabbitmq.conf", "", true},
		{"x.yaml", "heartbeat = 60", false},
		{"config", "# remark\n\nlisteners.tcp.default = 5672\n", true},
		{"config", "# remark\nlimits: {heartbeat: 60s} # a = b\n", false},
		{"config", "", false},
	} {
		if got := isRabbit(tt.name, []byte(tt.text)); got != tt.rabbit {
			t.Errorf("%s %q: %v", tt.name, tt.text, got)
		}
	}
	s := rabbitFile(t, "heartbeat = 7")
	s.File = strings.TrimSuffix(s.File, ".conf")
	if c, err := Load(s); err != nil || c.Limits.Heartbeat != 7*time.Second {
		t.Errorf("without the extension: %v, %v", c, err)
	}
}

// TestRules: each leads somewhere, or says why not.
func TestRules(t *testing.T) {
	names := map[string]bool{}
	for _, r := range rules {
		if names[r.name] {
			t.Errorf("%s stands twice", r.name)
		}
		names[r.name] = true
		if r.path != "" && !isKey(r.path) {
			t.Errorf("%s leads to %s, which is no key", r.name, r.path)
		}
		if r.path == "" && r.do == nil && r.lost == "" {
			t.Errorf("%s leads nowhere", r.name)
		}
	}
}

// FuzzRabbit: whatever a file says, what it is converted to says the same.
func FuzzRabbit(f *testing.F) {
	f.Add([]byte("listeners.tcp.1 = :::5672\ndefault_pass = 'a b'\nlog.dir=/x\nlog.file=y\nloopback_users.a = true"))
	f.Add([]byte("default_user = $(A)\nno.such = \x00\nhearbeat=1"))
	lookup := func(string) (string, bool) { return "a\nb: c", true }
	f.Fuzz(func(t *testing.T, text []byte) {
		yaml, _, err := Convert("f.conf", text, lookup)
		if err != nil {
			if !strings.Contains(err.Error(), "f.conf") {
				t.Errorf("error %q does not name the file", err)
			}
			return
		}
		doc, err := parseRabbit("f.conf", text, lookup)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseFile("f.yaml", []byte(yaml))
		if err != nil || len(again) != len(doc.entries) {
			t.Fatalf("%q becomes %q: %v", text, yaml, err)
		}
		for path, e := range doc.entries {
			if again[path].text != e.text {
				t.Errorf("%s is %q, and was %q", path, again[path].text, e.text)
			}
		}
	})
}
