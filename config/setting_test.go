package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestSettings: each value with where it is from, and no secret.
func TestSettings(t *testing.T) {
	file := filepath.Join(t.TempDir(), "h.yaml")
	if err := os.WriteFile(file, []byte("limits:\n  heartbeat: 30s\ndefaults:\n  pass: hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := Settings(Sources{
		Flags: map[string]string{"amqp": ":1"}, File: file, Version: "1.2.3", Host: "box",
		Lookup: func(name string) (string, bool) { return "debug", name == "HUTCHMQ_LOG_LEVEL" },
	})
	if err != nil || len(list) != len(Keys) {
		t.Fatalf("%d settings of %d, %v", len(list), len(Keys), err)
	}
	got := map[string]Setting{}
	for _, s := range list {
		got[s.Key] = s
	}
	for _, want := range []Setting{
		{Key: "listeners.amqp.addr", Value: ":1", Origin: FromFlag, Where: "--amqp"},
		{Key: "log.level", Value: "debug", Origin: FromEnvironment, Where: "HUTCHMQ_LOG_LEVEL"},
		{Key: "limits.heartbeat", Value: "30s", Origin: FromFile, Where: file + ":2:3: limits.heartbeat"},
		{Key: "defaults.pass", Value: Masked, Origin: FromFile, Where: file + ":4:3: defaults.pass"},
		{Key: "node.name", Value: "rabbit@box", Origin: FromDefault, Where: "node.name"},
	} {
		s := got[want.Key]
		if s.Value != want.Value || s.Origin != want.Origin || s.Where != want.Where || s.Says == "" {
			t.Errorf("got %+v, want %+v", s, want)
		}
	}
	for _, s := range list {
		if strings.Contains(s.Value+s.Default+s.Where, "hush") {
			t.Errorf("%s tells a secret", s.Key)
		}
	}
	if _, err := Settings(Sources{Flags: map[string]string{"amqp": "nonsense"}}); err == nil {
		t.Error("settings that are wrong")
	}
}
