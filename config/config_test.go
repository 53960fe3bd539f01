package config

import (
	"log/slog"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// sources are flags "--x=y", variables "X=y" and the text of a file.
func sources(t *testing.T, file string, settings ...string) Sources {
	t.Helper()
	s := Sources{Flags: map[string]string{}, Version: "1.2.3", Host: "box.example.org"}
	env := map[string]string{}
	for _, setting := range settings {
		name, value, _ := strings.Cut(setting, "=")
		if flag, ok := strings.CutPrefix(name, "--"); ok {
			s.Flags[flag] = value
		} else {
			env[name] = value
		}
	}
	s.Lookup = func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	if file != "" {
		s.File = filepath.Join(t.TempDir(), "hutchmq.yaml")
		if err := os.WriteFile(s.File, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestDefaults(t *testing.T) {
	got, err := Load(sources(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	noTLS := SecureListener{Verify: VerifyNone}
	here := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	want := &Config{
		DataDir: "./data",
		Node:    Node{Name: "rabbit@box"},
		Listeners: Listeners{
			AMQP: ":5672", Management: ":15672", Metrics: ":15692",
			AMQPS: noTLS, ManagementTLS: noTLS, MetricsTLS: noTLS, AMQPProxy: Proxy{From: here}, AMQPSProxy: Proxy{From: here},
		},
		TLS:              TLS{MinVersion: "1.2"},
		Defaults:         Defaults{User: "guest", Pass: "guest", Vhost: "/"},
		DefaultQueueType: "classic",
		Auth:             defaultAuth,
		Advertise:        Advertise{Product: "HutchMQ", Version: "1.2.3"},
		Limits: Limits{
			ChannelMax: 2047, FrameMax: 131072, Heartbeat: time.Minute, MaxMessageSize: 16777216,
			HandshakeTimeout: 10 * time.Second, ConsumersPerChannel: 10000, UnackedPerChannel: 1000000,
			ConsumerTimeout: 30 * time.Minute, Producers: 100_000, ProducerIdle: 7 * 24 * time.Hour,
		},
		Memory:   Memory{Limit: Share{Share: 1}},
		Alarms:   Alarms{MemoryHighWatermark: Watermark{Share: 0.6}, DiskFreeLimit: 50_000_000},
		Store:    Store{Sync: "always"},
		Policies: Policies{Merge: true},
		Log: Log{
			Level: slog.LevelInfo, Format: "auto", File: "stderr",
			Categories: Categories{Connection: "default", Channel: "default", Queue: "default"},
			Rotate:     Rotate{Size: 100 << 20, Keep: 5},
		},
		Tracing: Tracing{Sample: 1},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestAdvertise(t *testing.T) {
	for _, x := range []struct {
		settings []string
		want     Advertise
	}{
		{[]string{"HUTCHMQ_ADVERTISE_PRODUCT=RabbitMQ"}, Advertise{"RabbitMQ", "4.3.0"}},
		{[]string{"HUTCHMQ_ADVERTISE_PRODUCT=RabbitMQ", "HUTCHMQ_ADVERTISE_VERSION=3.13.7"}, Advertise{"RabbitMQ", "3.13.7"}},
		{[]string{"HUTCHMQ_ADVERTISE_PRODUCT=Mine"}, Advertise{"Mine", "1.2.3"}},
	} {
		got, err := Load(sources(t, "", x.settings...))
		if err != nil || got.Advertise != x.want {
			t.Errorf("%q: %+v, want %+v, %v", x.settings, got.Advertise, x.want, err)
		}
	}
}

func TestPrecedence(t *testing.T) {
	const file = "listeners: {amqp: {addr: ':1'}}\ndefaults: {user: file}\n"
	tests := []struct {
		settings   []string
		addr, user string
	}{
		{nil, ":1", "file"},
		{[]string{"HUTCHMQ_AMQP=:2", "RABBITMQ_DEFAULT_USER=rabbit"}, ":2", "rabbit"},
		{[]string{"HUTCHMQ_AMQP=:2", "HUTCHMQ_LISTENERS_AMQP_ADDR=:3", "RABBITMQ_DEFAULT_USER=rabbit", "HUTCHMQ_DEFAULTS_USER=hutch"}, ":3", "hutch"},
		{[]string{"HUTCHMQ_AMQP=:2", "--amqp=:4", "RABBITMQ_DEFAULT_USER="}, ":4", "file"},
		{[]string{"HUTCHMQ_AMQP="}, "", "file"},
		{[]string{"--amqp=none"}, "", "file"},
		{[]string{"--amqp=off"}, "", "file"},
	}
	for _, tt := range tests {
		c, err := Load(sources(t, file, tt.settings...))
		if err != nil {
			t.Errorf("%v: %v", tt.settings, err)
			continue
		}
		if string(c.Listeners.AMQP) != tt.addr || c.Defaults.User != tt.user {
			t.Errorf("%v: addr %q, user %q; want %q, %q", tt.settings, c.Listeners.AMQP, c.Defaults.User, tt.addr, tt.user)
		}
	}
}

func TestLoopbackUsers(t *testing.T) {
	tests := []struct {
		file, variable string
		want           []string
	}{
		{"auth: {loopback_users: []}", "", nil},
		{"auth: {loopback_users: [guest, admin]}", "", []string{"guest", "admin"}},
		{"auth: {loopback_users: none}", "", nil},
		{"auth: {loopback_users: [guest]}", "none", nil},
		{"", "a, b", []string{"a", "b"}},
		{"", "", []string{"guest"}},
	}
	for _, tt := range tests {
		c, err := Load(sources(t, tt.file, "HUTCHMQ_AUTH_LOOPBACK_USERS="+tt.variable))
		if err != nil || !slices.Equal(c.Auth.LoopbackUsers, tt.want) {
			t.Errorf("%+v: got %+v, %v", tt, c, err)
		}
	}
}

func TestMergePolicies(t *testing.T) {
	for file, want := range map[string]bool{"": true, "policies: {merge: false}": false, "policies: {merge: true}": true} {
		if c, err := Load(sources(t, file)); err != nil || c.Policies.Merge != want {
			t.Errorf("%q: got %+v, %v", file, c, err)
		}
	}
}

func TestFileErrors(t *testing.T) {
	tests := []struct{ file, want string }{
		{"limitz: {}", "hutchmq.yaml:1:1: unknown key 'limitz'; did you mean 'limits'?"},
		{"limits:\n  frame_maxx: 1", "hutchmq.yaml:2:3: unknown key 'limits.frame_maxx'; did you mean 'limits.frame_max'?"},
		{"limit: {channel_max: 5}", ":1:1: unknown key 'limit'"},
		{"data_dir: {a: b}", ":1:1: key 'data_dir' takes a value, not further keys"},
		{"policies: {merge: 1}", "hutchmq.yaml:1:12: policies.merge: want true or false, got '1'"},
		{"\nlog:\n  level: loud", "hutchmq.yaml:3:3: log.level: want one of debug, info, warn, error, got 'loud'"},
		{"log: text", ":1:6: want keys and values, got 'text'"},
		{"limits: {channel_max: 0}", "limits.channel_max: want between 1 and 65535, got '0'"},
		{"limits: {frame_max: 1KiB}", "limits.frame_max: want between 4KiB and 16MiB, got '1KiB'"},
		{"limits: {heartbeat: 1500ms}", "limits.heartbeat: want whole seconds, got '1500ms'"},
		{"limits: {heartbeat: 60}", "want a duration such as 60s or 5m, got '60'"},
		{"limits: {max_message_size: 9999999999999GiB}", "want a size such as 128KiB or 16MiB"},
		{"listeners: {amqp: {addr: 5672}}", "want host:port, :port or none, got '5672'"},
		{"data_dir: a\ndata_dir: b", ":2:1: key 'data_dir' is set twice"},
		{"auth: {loopback_users: [[a]]}", "takes a list of plain values"},
		{"a: &a {a: *a}", "unknown key 'a'"},
		{"limits: &l {limits: *l}", "unknown key 'limits.limits'"},
		{"a: [", "did not find expected"},
	}
	for _, tt := range tests {
		c, err := Load(sources(t, tt.file))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %+v, error %v; want %q", tt.file, c, err, tt.want)
		}
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	_, err := Load(sources(t, "log: {format: xml}\nnonsense: 1", "--amqp=x", "HUTCHMQ_LIMITS_CONNECTIONS=-1"))
	for _, want := range []string{":2:1: unknown key 'nonsense'", ":1:7: log.format", "--amqp: want host:port", "HUTCHMQ_LIMITS_CONNECTIONS: want between 0"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestMissingFile(t *testing.T) {
	if _, err := Load(Sources{File: "no/such/file.yaml"}); err == nil || !strings.Contains(err.Error(), "no/such/file.yaml") {
		t.Errorf("error %v", err)
	}
}

func TestEmptyFile(t *testing.T) {
	for _, file := range []string{"# nothing\n", "---\n", "limits:\n"} {
		if _, err := Load(sources(t, file)); err != nil {
			t.Errorf("%q: %v", file, err)
		}
	}
}

func TestWatermark(t *testing.T) {
	for text, want := range map[string]Watermark{
		"0.6": {Share: 0.6}, "1.0": {Share: 1}, "0": {}, "0.0": {}, "4GiB": {Bytes: 4 << 30}, "1000000": {Bytes: 1_000_000},
	} {
		var got Watermark
		if err := got.parse(text); got != want || err != nil {
			t.Errorf("%q is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "1.5", "-0.1", "NaN", "Inf", "60%", "-1", "0.6GiB"} {
		if got := new(Watermark); got.parse(text) == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func TestShare(t *testing.T) {
	for text, want := range map[string]Share{
		"auto": {Share: 1}, "50%": {Share: 0.5}, "12.5%": {Share: 0.125}, "100%": {Share: 1}, "256MiB": {Bytes: 256 << 20},
	} {
		var got Share
		if err := got.parse(text); got != want || err != nil {
			t.Errorf("%q is %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "0", "0%", "0.5", "101%", "-1%", "NaN%", "%", "31MiB", "-1GiB", "AUTO"} {
		if got := new(Share); got.parse(text) == nil {
			t.Errorf("%q is %+v", text, got)
		}
	}
}

func TestBytes(t *testing.T) {
	for text, want := range map[string]Bytes{
		"0": 0, "1": 1, "1_000": 1000, "128KiB": 131072, "16 MiB": 16777216, "2GiB": 2147483648,
		"5kB": 5000, "5KB": 5000, "5MB": 5000000, "1GB": 1000000000, "7B": 7,
	} {
		if got, err := parseBytes(text); got != want || err != nil {
			t.Errorf("parseBytes(%q) = %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "KiB", "-1", "-1KiB", "1.5MiB", "1XiB", "9223372036854775807KiB"} {
		if got, err := parseBytes(text); err == nil {
			t.Errorf("parseBytes(%q) = %d", text, got)
		}
	}
}

// TestTable checks the table itself: every field has a key of its own, and no
// name stands twice.
func TestTable(t *testing.T) {
	names, fields := map[string]bool{}, map[any]bool{}
	var c Config
	for i := range Keys {
		k := &Keys[i]
		for _, name := range append(k.Variables(), k.Path, "--"+k.Flag) {
			if name != "--" && names[name] {
				t.Errorf("%s stands twice", name)
			}
			names[name] = true
		}
		fields[k.field(&c)] = true
		if !strings.HasSuffix(k.Says, ".") || k.Says == "" {
			t.Errorf("%s: %q is no sentence", k.Path, k.Says)
		}
		if k.Type() == "text" && k.Max != 0 {
			t.Errorf("%s: a text with bounds", k.Path)
		}
	}
	if n := leaves(reflect.TypeFor[Config]()); n != len(fields) || n != len(Keys) {
		t.Errorf("%d settings in Config, %d keys, %d fields", n, len(Keys), len(fields))
	}
}

func leaves(t reflect.Type) int {
	if t.Kind() != reflect.Struct || t.ConvertibleTo(reflect.TypeFor[Watermark]()) { // which is one value
		return 1
	}
	n := 0
	for i := range t.NumField() {
		n += leaves(t.Field(i).Type)
	}
	return n
}

func TestReferenceIsCurrent(t *testing.T) {
	text, err := os.ReadFile("../docs/CONFIG.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != Reference() {
		t.Error("docs/CONFIG.md is stale: run make docs")
	}
}

func FuzzParseFile(f *testing.F) {
	f.Add([]byte("limits: {frame_max: 128KiB}\nauth: {loopback_users: [a, b]}"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("limits: &l {limits: *l}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, err := parseFile("f.yaml", text)
		if err != nil && !strings.Contains(err.Error(), "f.yaml") {
			t.Errorf("error %q does not name the file", err)
		}
		for path := range maps.Keys(entries) {
			if !isKey(path) {
				t.Errorf("%q is no key", path)
			}
		}
	})
}
