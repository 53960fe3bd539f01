package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/logbook"
)

// logs is where the log goes.
type logs struct {
	*slog.Logger
	book *logbook.Book // keeps the last lines, and has the say about the level
	file *logbook.File // nil: it goes to a stream
}

// newLog writes as configured.
func newLog(c config.Log) (*logs, error) {
	l := &logs{book: logbook.New(c.Level)}
	stream := os.Stderr
	switch c.File {
	case config.ToStderr:
	case config.ToStdout:
		stream = os.Stdout
	default:
		var err error
		if l.file, err = logbook.OpenFile(c.File, rotation(c.Rotate)); err != nil {
			return nil, fmt.Errorf("log file: %w", err)
		}
	}
	if l.file != nil {
		l.Logger = slog.New(l.book.Keep(newHandler(c.Format == config.FormatText, l.file, false)))
	} else {
		text := c.Format == config.FormatText || c.Format == config.FormatAuto && isTerminal(stream)
		l.Logger = slog.New(l.book.Keep(newHandler(text, stream, isTerminal(stream) && os.Getenv("NO_COLOR") == "")))
	}
	l.levels(c)
	return l, nil
}

// newHandler writes lines of all levels: the book chooses among them.
func newHandler(text bool, w io.Writer, colors bool) slog.Handler {
	if !text {
		return slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})
	}
	h := newLines(w, slog.LevelDebug)
	h.colors = colors
	return h
}

// apply takes over what has changed while the broker runs.
func (l *logs) apply(was, is config.Log) {
	if was.Level != is.Level || was.Categories != is.Categories {
		l.levels(is)
	}
	if l.file != nil {
		l.file.SetRotation(rotation(is.Rotate))
	}
}

func (l *logs) levels(c config.Log) {
	own := map[string]slog.Level{}
	for category, name := range map[string]string{
		"connection": c.Categories.Connection, "channel": c.Categories.Channel, "queue": c.Categories.Queue,
	} {
		if level, err := logbook.ParseLevel(name); err == nil {
			own[category] = level
		} else if name == "none" {
			own[category] = logbook.None
		}
	}
	l.book.SetLevel(c.Level)
	l.book.SetCategories(own)
}

// rotate puts the log file aside, if there is one.
func (l *logs) rotate() error {
	if l.file == nil {
		return nil
	}
	return l.file.Rotate()
}

// close ends writing, after the last line.
func (l *logs) close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

func rotation(r config.Rotate) logbook.Rotation {
	return logbook.Rotation{Bytes: int64(r.Size), Age: r.Age, Keep: r.Keep}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
