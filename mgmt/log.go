package mgmt

import (
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/config"
	"github.com/hutchmq/hutchmq/logbook"
)

func (a *API) logRoutes(r chi.Router) {
	r.Get("/api/x/log", a.as("monitoring", a.lines))
	r.Get("/api/x/log/level", a.as("monitoring", a.logLevel))
	r.Put("/api/x/log/level", a.as("administrator", a.putLogLevel))
	r.Post("/api/x/log/rotate", a.as("administrator", a.rotateLog))
}

// logPage are the last lines of the log, the oldest first.
type logPage struct {
	Level string         `json:"level"` // from which on there are lines
	Lines []logbook.Line `json:"lines"`
}

// lines answers those from a level on, after a line, with a text in them.
func (a *API) lines(w http.ResponseWriter, r *http.Request) {
	if !a.hasLog(w) {
		return
	}
	q := r.URL.Query()
	c := logbook.Choice{Least: slog.LevelDebug}
	after, err := wholeNumber(q, "after", 0)
	if err == nil {
		c.After = uint64(after)
		c.Most, err = limit(q, defaultPageSize, maxPageSize)
	}
	if err == nil && q.Has("level") {
		c.Least, err = logbook.ParseLevel(q.Get("level"))
	}
	if err != nil {
		bad(w, err.Error())
		return
	}
	if text := strings.ToLower(q.Get("q")); text != "" {
		c.Match = func(l logbook.Line) bool { return mentions(&l, text) }
	}
	page := logPage{Level: logbook.Name(a.log.Level()), Lines: a.log.Lines(c)}
	if page.Lines == nil {
		page.Lines = []logbook.Line{}
	}
	answer(w, page)
}

// mentions reports whether a text, in lower case, is in l.
func mentions(l *logbook.Line, text string) bool {
	if strings.Contains(strings.ToLower(l.Text), text) {
		return true
	}
	for _, v := range l.Details {
		if strings.Contains(strings.ToLower(v), text) {
			return true
		}
	}
	return false
}

// hasLog answers 404 when nobody keeps the log.
func (a *API) hasLog(w http.ResponseWriter) bool {
	if a.log == nil {
		unknown(w, "the log is not kept")
		return false
	}
	return true
}

// logLevels are from which levels on there are lines.
type logLevels struct {
	Level      string            `json:"level"`
	Categories map[string]string `json:"categories,omitempty"` // those with a level of their own
}

func (a *API) logLevel(w http.ResponseWriter, _ *http.Request) {
	if !a.hasLog(w) {
		return
	}
	levels := logLevels{logbook.Name(a.log.Level()), map[string]string{}}
	for category, l := range a.log.Categories() {
		levels.Categories[category] = logbook.Name(l)
	}
	answer(w, levels)
}

// putLogLevel changes the level, or that of a category, until the node stops.
func (a *API) putLogLevel(w http.ResponseWriter, r *http.Request) {
	var name, category string
	in, ok := read(w, r, maxBodyBytes)
	if !ok || !a.hasLog(w) || !in.need(w, field{"level", &name, aString}) {
		return
	}
	if _, given := in["category"]; given && !in.need(w, field{"category", &category, aString}) {
		return
	}
	if err := a.setLevel(category, name); err != nil {
		bad(w, err.Error())
		return
	}
	a.acting(r).Note("log.level.set", amqp.Table{"name": strings.TrimPrefix(category+" "+strings.ToLower(name), " ")})
	done(w, nil)
}

func (a *API) setLevel(category, name string) error {
	level, err := logbook.ParseLevel(name)
	if category == "" {
		if err == nil {
			a.log.SetLevel(level)
		}
		return err
	}
	switch {
	case !slices.Contains(logbook.Kinds, category):
		return fmt.Errorf("the category should be one of %s", strings.Join(logbook.Kinds, ", "))
	case strings.EqualFold(name, "none"):
		level = logbook.None
	case err != nil && !strings.EqualFold(name, config.AsLog):
		return fmt.Errorf("%w, none or default", err)
	}
	levels := a.log.Categories()
	levels[category] = level
	if strings.EqualFold(name, config.AsLog) {
		delete(levels, category)
	}
	a.log.SetCategories(levels)
	return nil
}

// rotateLog puts the log file aside and begins a new one.
func (a *API) rotateLog(w http.ResponseWriter, r *http.Request) {
	if a.rotate == nil {
		unknown(w, "the log is not kept")
		return
	}
	if err := a.rotate(); err != nil {
		bad(w, err.Error())
		return
	}
	a.acting(r).Note("log.rotated", nil)
	done(w, nil)
}
