package main

import (
	"log/slog"
	"os"

	"github.com/hutchmq/hutchmq/config"
)

// newLog writes to f as configured.
func newLog(c config.Log, f *os.File) *slog.Logger {
	if c.Format == config.FormatText || c.Format == config.FormatAuto && isTerminal(f) {
		return slog.New(newLines(f, c.Level))
	}
	return slog.New(slog.NewJSONHandler(f, &slog.HandlerOptions{Level: c.Level}))
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
