package main

import (
	"log/slog"
	"os"

	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/logbook"
)

// newLog writes to f as configured; the book keeps the last lines, and has the
// say about the level.
func newLog(c config.Log, f *os.File) (*slog.Logger, *logbook.Book) {
	book := logbook.New(c.Level)
	if c.Format == config.FormatText || c.Format == config.FormatAuto && isTerminal(f) {
		return slog.New(book.Keep(newLines(f, book))), book
	}
	return slog.New(book.Keep(slog.NewJSONHandler(f, &slog.HandlerOptions{Level: book}))), book
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
