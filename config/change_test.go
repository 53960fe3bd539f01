package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestTemplate: the file an operator begins with is the defaults, also when no
// line is a comment any more.
func TestTemplate(t *testing.T) {
	want, err := Load(sources(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	text := Template()
	var bare strings.Builder
	for line := range strings.Lines(text) {
		trimmed := strings.TrimLeft(line, " ")
		if key, is := strings.CutPrefix(trimmed, "# "); is && !strings.Contains(strings.SplitN(key, ": ", 2)[0], " ") && strings.Contains(key, ": ") {
			line = line[:len(line)-len(trimmed)] + key
		}
		bare.WriteString(line)
	}
	for _, file := range []string{text, bare.String()} {
		if got, err := Load(sources(t, file)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v, %v\nwant %+v\nfrom %s", got, err, want, file)
		}
	}
	if entries, err := parseFile("t", []byte(bare.String())); err != nil || len(entries) != len(Keys) {
		t.Errorf("%d keys of %d, %v", len(entries), len(Keys), err)
	}
}

// TestSecretsInFiles: as container platforms hand them over.
func TestSecretsInFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("hush # x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"RABBITMQ_DEFAULT_PASS_FILE", "HUTCHMQ_DEFAULTS_PASS_FILE", "HUTCHMQ_DEFAULTS_PASS__FILE"} {
		r, err := Read(sources(t, "", name+"="+file))
		if err != nil || r.Config.Defaults.Pass != "hush # x" {
			t.Errorf("%s: %+v, %v", name, r, err)
			continue
		}
		for _, s := range r.Settings {
			if s.Key == "defaults.pass" && (s.Value != Masked || s.Where != name) {
				t.Errorf("%s: %+v", name, s)
			}
		}
	}
	if _, err := Load(sources(t, "", "RABBITMQ_DEFAULT_PASS_FILE=/no/such/file")); err == nil || !strings.Contains(err.Error(), "RABBITMQ_DEFAULT_PASS_FILE: ") {
		t.Errorf("a file that is not there: %v", err)
	}
	if c, err := Load(sources(t, "", "RABBITMQ_DEFAULT_PASS_FILE="+file, "RABBITMQ_DEFAULT_PASS=plain")); err != nil || c.Defaults.Pass != "plain" {
		t.Errorf("both: %+v, %v", c, err)
	}
}

// TestRabbitVariables: those that images and scripts set.
func TestRabbitVariables(t *testing.T) {
	c, err := Load(sources(t, "", "RABBITMQ_NODENAME=rabbit@x", "RABBITMQ_NODE_PORT=5673", "RABBITMQ_LOGS=-"))
	if err != nil || c.Node.Name != "rabbit@x" || c.Listeners.AMQP != ":5673" || c.Log.File != ToStdout {
		t.Errorf("%+v, %v", c, err)
	}
	for text, want := range map[string]string{"-stderr": ToStderr, "/var/log/x.log": "/var/log/x.log"} {
		if c, err := Load(sources(t, "", "RABBITMQ_LOGS="+text)); err != nil || c.Log.File != want {
			t.Errorf("%s: %+v, %v", text, c, err)
		}
	}
}

// TestChanges: what is live is adopted, what is not waits, and says so.
func TestChanges(t *testing.T) {
	read := func(file string) *Reading {
		t.Helper()
		r, err := Read(sources(t, file))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	before := read("limits: {heartbeat: 60s}\nstore: {sync: always}\ndefaults: {pass: hush}")
	next := read("limits: {heartbeat: 1m, queues: 5}\nstore: {sync: os}\nalarms: {memory_high_watermark: 1GiB}\ndefaults: {pass: hushhush}")
	out := Sort(before.Changes(next))
	want := Outcome{
		Applied: []Change{
			{"limits.queues", "0", "5", true},
			{"alarms.memory_high_watermark", "0.6", "1GiB", true},
		},
		Waiting: []Change{
			{"defaults.pass", Masked, Masked, false},
			{"store.sync", "always", "os", false},
		},
	}
	if !reflect.DeepEqual(out, want) {
		t.Errorf("got  %+v\nwant %+v", out, want)
	}
	now := before.Adopt(next)
	if c := now.Config; c.Limits.Queues != 5 || c.Store.Sync != SyncAlways || c.Alarms.MemoryHighWatermark.Bytes != 1<<30 || c.Limits.Heartbeat != time.Minute {
		t.Errorf("in effect is %+v", c)
	}
	if before.Config.Limits.Queues != 0 {
		t.Error("what was read before has changed")
	}
	for _, s := range now.Settings {
		switch {
		case s.Key == "store.sync" && (s.Value != "always" || s.Pending != "os"),
			s.Key == "limits.queues" && (s.Value != "5" || s.Pending != ""):
			t.Errorf("shown as %+v", s)
		}
	}
	if again := Sort(now.Changes(next)); len(again.Applied) != 0 || len(again.Waiting) != 2 {
		t.Errorf("the second time: %+v", again)
	}
}
