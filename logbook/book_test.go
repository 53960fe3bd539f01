package logbook

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestLines(t *testing.T) {
	b := New(slog.LevelInfo)
	var out bytes.Buffer
	log := slog.New(b.Keep(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: b})))
	log.Debug("hidden")
	log.With("who", "bob").WithGroup("at").Info("came", "vhost", "/", slog.Group("peer", "port", 5672))
	log.Warn("low", "took", 3*time.Second)
	b.SetLevel(slog.LevelError)
	log.Warn("hidden as well")
	log.Error("bad", "text", strings.Repeat("x", 5000))

	list := b.Lines(Choice{Least: slog.LevelDebug, Most: 10})
	if len(list) != 3 || strings.Contains(out.String(), "hidden") || strings.Count(out.String(), "\n") != 3 {
		t.Fatalf("kept %+v, written %s", list, out.String())
	}
	first := list[0]
	if first.ID != 1 || first.Level != "info" || first.Text != "came" || first.Details["who"] != "bob" ||
		first.Details["at.vhost"] != "/" || first.Details["at.peer.port"] != "5672" {
		t.Errorf("the first is %+v", first)
	}
	if n := len(list[2].Details["text"]); n > maxTextBytes+4 {
		t.Errorf("a value of %d bytes", n)
	}
	for _, tt := range []struct {
		c    Choice
		want string
	}{
		{Choice{Least: slog.LevelWarn, Most: 10}, "low bad"},
		{Choice{After: 1, Least: slog.LevelDebug, Most: 10}, "low bad"},
		{Choice{After: 3, Least: slog.LevelDebug, Most: 10}, ""},
		{Choice{After: 99, Least: slog.LevelDebug, Most: 10}, ""},
		{Choice{Least: slog.LevelDebug, Most: 1}, "bad"},
		{Choice{Least: slog.LevelDebug, Most: 9, Match: func(l Line) bool { return l.Text != "low" }}, "came bad"},
	} {
		var texts []string
		for _, l := range b.Lines(tt.c) {
			texts = append(texts, l.Text)
		}
		if got := strings.Join(texts, " "); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.c, got, tt.want)
		}
	}
}

// TestRing: the last lines are kept, in order.
func TestRing(t *testing.T) {
	b := New(slog.LevelInfo)
	log := slog.New(b.Keep(slog.DiscardHandler))
	for range 3 {
		log.Info("discarded")
	}
	if got := b.Lines(Choice{Most: 9}); got != nil {
		t.Errorf("kept what nobody writes: %+v", got)
	}
	log = slog.New(b.Keep(slog.NewTextHandler(&bytes.Buffer{}, nil)))
	for range maxLines + 7 {
		log.Info("x")
	}
	list := b.Lines(Choice{Most: 2 * maxLines})
	if len(list) != maxLines || list[0].ID != 8 || list[maxLines-1].ID != maxLines+7 {
		t.Errorf("%d lines from %d to %d", len(list), list[0].ID, list[len(list)-1].ID)
	}
}

func TestLevels(t *testing.T) {
	for _, s := range Levels {
		l, err := ParseLevel(strings.ToUpper(s))
		if err != nil || Name(l) != s {
			t.Errorf("%s: %v, %v", s, l, err)
		}
	}
	if _, err := ParseLevel("loud"); err == nil {
		t.Error("loud is a level")
	}
	if Name(slog.LevelDebug-8) != "debug" || Name(slog.LevelError+8) != "error" || Name(slog.LevelInfo+1) != "info" {
		t.Error("levels between have other names")
	}
}
