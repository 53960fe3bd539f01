// Package logbook is what happens to a line of the log: its level decides
// whether it is said, a bound how often, the last lines stay in memory for people
// to look at, and a file that is full is put aside. It knows not what lines are
// about.
package logbook

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of what is kept.
const (
	maxLines     = 2000
	maxTextBytes = 1024 // of a message, and of each value
	maxDetails   = 32
)

// Line is one line of the log.
type Line struct {
	ID      uint64            `json:"id"` // grows by one
	AtMs    int64             `json:"time"`
	Level   string            `json:"level"` // "debug", "info", "warn", "error"
	Text    string            `json:"message"`
	Details map[string]string `json:"details,omitempty"`

	level slog.Level
}

// Book keeps lines. Methods may be called concurrently.
type Book struct {
	level      slog.LevelVar
	categories atomic.Pointer[map[string]slog.Level] // those with a level of their own; never changed, but replaced
	flood      flood

	mu    sync.Mutex
	lines []Line // a ring, once it is full
	last  uint64
}

// New makes an empty book of a log that begins at a level.
func New(level slog.Level) *Book {
	b := &Book{}
	b.level.Set(level)
	b.categories.Store(&map[string]slog.Level{})
	return b
}

// Level implements slog.Leveler: lines below are not logged.
func (b *Book) Level() slog.Level { return b.level.Level() }

// SetLevel changes the level from now on.
func (b *Book) SetLevel(l slog.Level) { b.level.Set(l) }

// Category is the name of the attribute, given to a logger by With, that tells
// which kind its lines are of.
const Category = "category"

// Kinds are the categories there are.
var Kinds = []string{"connection", "channel", "queue"}

// LevelOf is the level of a category: its own, or else that of the book.
func (b *Book) LevelOf(category string) slog.Level {
	if l, own := (*b.categories.Load())[category]; own {
		return l
	}
	return b.Level()
}

// Categories are the categories with a level of their own. The map is the
// caller's.
func (b *Book) Categories() map[string]slog.Level { return maps.Clone(*b.categories.Load()) }

// SetCategories gives these categories a level of their own, and no others. The
// map is the book's from now on.
func (b *Book) SetCategories(levels map[string]slog.Level) { b.categories.Store(&levels) }

// Keep is a handler that keeps what it gives to next.
func (b *Book) Keep(next slog.Handler) slog.Handler { return &keeper{b: b, next: next} }

// Choice is which lines are wanted.
type Choice struct {
	After uint64     // an id: only later ones; 0 all
	Least slog.Level // and not below this level
	Match func(Line) bool
	Most  int // the last ones
}

// Lines are the lines that c wants, the oldest first.
func (b *Book) Lines(c Choice) []Line {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []Line
	for id := b.last; id > c.After && id+uint64(len(b.lines)) > b.last && len(list) < c.Most; id-- {
		l := b.lines[(id-1)%maxLines]
		if l.level >= c.Least && (c.Match == nil || c.Match(l)) {
			list = append(list, l)
		}
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

func (b *Book) add(l Line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	l.ID = b.last
	if len(b.lines) < maxLines {
		b.lines = append(b.lines, l)
		return
	}
	b.lines[(l.ID-1)%maxLines] = l
}

// keeper is a handler of a Book.
type keeper struct {
	b        *Book
	next     slog.Handler
	details  map[string]string // of With
	group    string            // of WithGroup, before each name
	category string
}

// Enabled implements slog.Handler.
func (k *keeper) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= k.b.LevelOf(k.category) && k.next.Enabled(ctx, l)
}

// Handle implements slog.Handler.
func (k *keeper) Handle(ctx context.Context, r slog.Record) error {
	said, left := k.b.flood.take(r.Time, r.Level, r.Message)
	for _, l := range left {
		k.keep(ctx, l.record(r.Time))
	}
	if !said {
		return nil
	}
	return k.keep(ctx, r)
}

// keep keeps a line, and gives it on.
func (k *keeper) keep(ctx context.Context, r slog.Record) error {
	l := Line{AtMs: r.Time.UnixMilli(), Level: Name(r.Level), Text: clip(r.Message), level: r.Level}
	l.Details = k.with(func(add func(slog.Attr)) {
		r.Attrs(func(a slog.Attr) bool {
			add(a)
			return true
		})
	})
	k.b.add(l)
	return k.next.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (k *keeper) WithAttrs(attrs []slog.Attr) slog.Handler {
	more := *k
	more.next = k.next.WithAttrs(attrs)
	for _, a := range attrs {
		if a.Key == Category && k.group == "" {
			more.category = a.Value.String()
		}
	}
	more.details = k.with(func(add func(slog.Attr)) {
		for _, a := range attrs {
			add(a)
		}
	})
	return &more
}

// WithGroup implements slog.Handler.
func (k *keeper) WithGroup(name string) slog.Handler {
	more := *k
	more.next = k.next.WithGroup(name)
	if name != "" {
		more.group += name + "."
	}
	return &more
}

// with is the details of k and those that each adds.
func (k *keeper) with(each func(add func(slog.Attr))) map[string]string {
	all := make(map[string]string, len(k.details))
	for key, v := range k.details {
		all[key] = v
	}
	each(func(a slog.Attr) { collect(all, k.group, a) })
	if len(all) == 0 {
		return nil
	}
	return all
}

// collect puts an attribute into all; the members of a group each.
func collect(all map[string]string, group string, a slog.Attr) {
	v := a.Value.Resolve()
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, member := range v.Group() {
			collect(all, group, member)
		}
		return
	}
	if len(all) < maxDetails {
		all[group+a.Key] = clip(text(v))
	}
}

func text(v slog.Value) string {
	if v.Kind() == slog.KindTime {
		return v.Time().Format(time.RFC3339Nano)
	}
	return v.String()
}
