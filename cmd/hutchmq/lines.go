package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/hutchmq/hutchmq/logbook"
)

// lines is a log for people: a line says when, how bad, what, and then the
// details, each a name and a value:
//
//	15:04:05 INFO  listening: protocol amqp, address [::]:5672
type lines struct {
	mu      *sync.Mutex // of w
	w       io.Writer
	level   slog.Leveler
	details string // of With, as they are printed
	group   string // of WithGroup, before each name
	colors  bool   // levels are coloured
}

func newLines(w io.Writer, level slog.Leveler) *lines {
	return &lines{mu: &sync.Mutex{}, w: w, level: level}
}

// Enabled implements slog.Handler.
func (l *lines) Enabled(_ context.Context, level slog.Level) bool { return level >= l.level.Level() }

// WithAttrs implements slog.Handler.
func (l *lines) WithAttrs(attrs []slog.Attr) slog.Handler {
	more := *l
	for _, a := range attrs {
		more.details += detail(more.group, a)
	}
	return &more
}

// WithGroup implements slog.Handler.
func (l *lines) WithGroup(name string) slog.Handler {
	more := *l
	more.group += name + "."
	return &more
}

// Handle implements slog.Handler.
func (l *lines) Handle(_ context.Context, r slog.Record) error {
	details := l.details
	r.Attrs(func(a slog.Attr) bool {
		details += detail(l.group, a)
		return true
	})
	var b bytes.Buffer
	level := fmt.Sprintf("%-5s", r.Level)
	if l.colors {
		level = colored(r.Level, level)
	}
	fmt.Fprintf(&b, "%s %s %s", r.Time.Format(time.TimeOnly), level, printable(r.Message))
	if details != "" {
		b.WriteString(":" + strings.TrimPrefix(details, ","))
	}
	b.WriteByte('\n')
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.w.Write(b.Bytes())
	return err
}

// colored puts the colour of a level around a text: for people, who look for
// what is red.
func colored(level slog.Level, text string) string {
	color := "2" // faint
	switch {
	case level >= slog.LevelError:
		color = "31"
	case level >= slog.LevelWarn:
		color = "33"
	case level >= slog.LevelInfo:
		color = "32"
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

// detail prints an attribute; one that says nothing is left out, and so is the
// category, which the text tells anyway.
func detail(group string, a slog.Attr) string {
	if a.Key == logbook.Category && group == "" {
		return ""
	}
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		if a.Key != "" { // else its members belong here
			group += a.Key + "."
		}
		text := ""
		for _, x := range v.Group() {
			text += detail(group, x)
		}
		return text
	}
	if text := v.String(); text != "" {
		return ", " + group + strings.ReplaceAll(a.Key, "_", " ") + " " + printable(text)
	}
	return ""
}

// printable quotes what a client could use to write lines, or details, of its
// own.
func printable(s string) string {
	forges := func(r rune) bool { return !unicode.IsPrint(r) || r == '"' || r == unicode.ReplacementChar }
	if strings.IndexFunc(s, forges) < 0 && !strings.Contains(s, ", ") {
		return s
	}
	return strconv.Quote(s)
}
