package main

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"
	"time"
)

func TestLines(t *testing.T) {
	tests := []struct {
		say  func(l *slog.Logger)
		want string
	}{
		{func(l *slog.Logger) { l.Info("stopped") }, "INFO  stopped\n"},
		{func(l *slog.Logger) { l.Debug("not asked for") }, ""},
		{
			func(l *slog.Logger) { l.Info("listening", "protocol", "amqp", "address", "[::]:5672") },
			"INFO  listening: protocol amqp, address [::]:5672\n",
		},
		{
			func(l *slog.Logger) {
				l.With("peer", "1.2.3.4:5").Warn("ended", "name", "", "error", errors.New("EOF"))
			},
			"WARN  ended: peer 1.2.3.4:5, error EOF\n",
		},
		{func(l *slog.Logger) { l.Error("x", "data_dir", "/a b", "n", 3) }, "ERROR x: data dir /a b, n 3\n"},
		{func(l *slog.Logger) { l.Info("x", "name", "a\n12:00:00 ERROR forged") }, `INFO  x: name "a\n12:00:00 ERROR forged"` + "\n"},
		{func(l *slog.Logger) { l.Info("x", "name", "a, error none") }, `INFO  x: name "a, error none"` + "\n"},
		{func(l *slog.Logger) { l.Info("x", "name", `a" b`, "bidi", "a\u202eb") }, `INFO  x: name "a\" b", bidi "a\u202eb"` + "\n"},
		{func(l *slog.Logger) { l.With("category", "channel").Info("x", "n", 1) }, "INFO  x: n 1\n"},
		{func(l *slog.Logger) { l.Info("\x1b[2J") }, `INFO  "\x1b[2J"` + "\n"},
		{
			func(l *slog.Logger) { l.WithGroup("g").Info("x", slog.Group("h", "a", 1), "b", time.Second) },
			"INFO  x: g.h.a 1, g.b 1s\n",
		},
		{func(l *slog.Logger) { l.WithGroup("g").Info("x", slog.Group("", "a", 1)) }, "INFO  x: g.a 1\n"},
	}
	for _, tt := range tests {
		var b bytes.Buffer
		tt.say(slog.New(newLines(&b, slog.LevelInfo)))
		got := b.String()
		if len(got) > len("15:04:05 ") {
			got = got[len("15:04:05 "):]
		}
		if got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
