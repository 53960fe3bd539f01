package integration

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// celeryTimeout bounds each wait for something that a worker does.
const celeryTimeout = 60 * time.Second

// celery is an application of tasks: workers and clients of one broker that
// share settings and the notes that tasks leave.
type celery struct {
	t      *testing.T
	python string
	env    []string
	notes  string // path
}

// newCelery makes the application. Settings are Celery's, or NAME=value for
// the environment.
func newCelery(t *testing.T, b *Broker, settings map[string]any, env ...string) *celery {
	t.Helper()
	c := &celery{t: t, python: pythonWith(t, "celery"), notes: filepath.Join(t.TempDir(), "notes")}
	text, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	c.env = append(append(b.Env(), "CELERY_SETTINGS="+string(text), "CELERY_NOTES="+c.notes), env...)
	return c
}

// client runs a program to its end.
func (c *celery) client(name string, args ...string) {
	c.t.Helper()
	programIn(c.t, c.env, nil, c.python, append([]string{"celery/" + name}, args...)...)
}

// task is what to call, with which arguments and options of apply_async.
type task struct {
	name    string
	args    []any
	options map[string]any
}

// send publishes tasks, in order.
func (c *celery) send(tasks ...task) {
	c.t.Helper()
	list := [][3]any{}
	for _, x := range tasks {
		if x.options == nil {
			x.options = map[string]any{}
		}
		list = append(list, [3]any{x.name, x.args, x.options})
	}
	text, err := json.Marshal(list)
	if err != nil {
		c.t.Fatal(err)
	}
	programIn(c.t, c.env, strings.NewReader(string(text)), c.python, "celery/send.py")
}

// openGate lets the tasks end that wait for it.
func (c *celery) openGate() {
	c.t.Helper()
	if err := os.WriteFile(c.notes+".gate", nil, 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// awaitNotes waits until tasks have left so many notes that begin with prefix,
// and gives what follows it, in order.
func (c *celery) awaitNotes(prefix string, count int) (notes []string) {
	c.t.Helper()
	await(c.t, fmt.Sprintf("%d notes that begin with %q", count, prefix), func() bool {
		text, _ := os.ReadFile(c.notes)
		notes = notes[:0]
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), prefix); ok {
				notes = append(notes, rest)
			}
		}
		return len(notes) >= count
	})
	return notes
}

// await polls until what is so.
func await(t *testing.T, what string, so func() bool) {
	t.Helper()
	for start := time.Now(); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > celeryTimeout {
			t.Fatalf("no %s after %v", what, celeryTimeout)
		}
	}
}
