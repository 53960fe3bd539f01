package logbook

import (
	"fmt"
	"log/slog"
	"strings"
)

// Levels are the names of levels, the lowest first.
var Levels = []string{"debug", "info", "warn", "error"}

// ParseLevel reads the name of a level.
func ParseLevel(s string) (slog.Level, error) {
	for i, known := range Levels {
		if strings.EqualFold(s, known) {
			return slog.LevelDebug + slog.Level(4*i), nil
		}
	}
	return 0, fmt.Errorf("the level should be one of %s", strings.Join(Levels, ", "))
}

// None is above all levels: nothing is said.
const None = slog.Level(100)

// Name is that of the level l, or of the last one below.
func Name(l slog.Level) string {
	if l >= None {
		return "none"
	}
	return Levels[min(max(int(l-slog.LevelDebug)/4, 0), len(Levels)-1)]
}

// clip bounds a text.
func clip(s string) string {
	if len(s) <= maxTextBytes {
		return s
	}
	return strings.ToValidUTF8(s[:maxTextBytes], "") + "…"
}
