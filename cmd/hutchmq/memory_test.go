package main

import (
	"bytes"
	"log/slog"
	"runtime/debug"
	"testing"

	"github.com/hutchmq/hutchmq/config"
)

func TestShare(t *testing.T) {
	for _, tt := range []struct{ total, watermark, goLimit, messages, staged int64 }{
		{256 * mib, 150 * mib, 150 * mib / 20 * 19, 50 * mib, 25 * mib},
		{64 * mib, 38 * mib, 38 * mib / 20 * 19, 16 * mib, 8 * mib},
		{1000 * mib, 600 * mib, 570 * mib, 200 * mib, 64 * mib},
		{64000 * mib, 38400 * mib, 36480 * mib, 1024 * mib, 64 * mib},
		{1000 * mib, 990 * mib, 900 * mib, 330 * mib, 64 * mib},
		{1000 * mib, 0, 900 * mib, 1024 * mib, 64 * mib}, // no alarm
		{0, 0, 0, 1024 * mib, 64 * mib},                  // nobody knows
	} {
		want := memory{tt.total, tt.goLimit, tt.watermark, tt.messages, tt.staged}
		if got := share(tt.total, tt.watermark); got != want {
			t.Errorf("of %d, watermark %d: %+v, want %+v", tt.total, tt.watermark, got, want)
		}
	}
}

// TestLimitMemory: Go's collector is told of the limit, unless the environment
// told it before.
func TestLimitMemory(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	cfg := &config.Config{
		Memory: config.Memory{Limit: config.Share{Bytes: 300 * mib}},
		Alarms: config.Alarms{MemoryHighWatermark: config.Watermark{Share: 0.5}},
	}
	var out bytes.Buffer
	t.Setenv("GOMEMLIMIT", "")
	m := limitMemory(cfg, slog.New(newLines(&out, slog.LevelInfo)))
	if got := debug.SetMemoryLimit(-1); got != 150*mib/20*19 || m.goLimit != got || m.watermark != 150*mib {
		t.Errorf("the limit is %d, and %+v", got, m)
	}
	const says = "INFO  memory: total mib 300, go limit mib 142, high watermark mib 150, messages mib 50\n"
	if !bytes.HasSuffix(out.Bytes(), []byte(says)) {
		t.Errorf("%q", out.String())
	}
	t.Setenv("GOMEMLIMIT", "123MiB") // Go read it at the start, had it been there
	debug.SetMemoryLimit(123 * mib)
	if m := limitMemory(cfg, slog.New(slog.DiscardHandler)); m.goLimit != 123*mib || debug.SetMemoryLimit(-1) != 123*mib {
		t.Errorf("GOMEMLIMIT does not win: %+v", m)
	}
}
