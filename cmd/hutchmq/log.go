package main

import (
	"log/slog"
	"os"

	"github.com/hutchmq/hutchmq/config"
)

// newLog writes to f as configured.
func newLog(c config.Log, f *os.File) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Level}
	if c.Format == config.FormatText || c.Format == config.FormatAuto && isTerminal(f) {
		return slog.New(slog.NewTextHandler(f, options))
	}
	return slog.New(slog.NewJSONHandler(f, options))
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
