package drain

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"text/tabwriter"
	"time"
)

// Report is what came of a drain. Its methods may be called concurrently.
type Report struct {
	mu      sync.Mutex
	began   time.Time
	seconds float64
	survey  bool // nothing was to be moved
	queues  map[Queue]*row
}

// row is what happened to a queue.
type row struct {
	Queue
	Held  uint64 `json:"held,omitempty"` // when it was looked at first
	Moved uint64 `json:"moved"`
	Stays string `json:"stays,omitempty"` // why the rest does
}

func newReport() *Report { return &Report{began: time.Now(), queues: map[Queue]*row{}} }

func (r *Report) row(q Queue) *row {
	x := r.queues[q]
	if x == nil {
		x = &row{Queue: q}
		r.queues[q] = x
	}
	return x
}

// holds notes what was in a queue.
func (r *Report) holds(q filled) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if x := r.row(q.Queue); x.Held == 0 {
		x.Held = q.messages
	}
}

func (r *Report) moved(q Queue, n uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.row(q).Moved += n
}

// leave notes why a queue is left as it is; first is whether that is new.
func (r *Report) leave(q Queue, why string) (first bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.row(q)
	first = x.Stays == ""
	x.Stays = cmp.Or(x.Stays, why)
	return first
}

// gaveUp reports whether a queue is left as it is.
func (r *Report) gaveUp(q Queue) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.queues[q] != nil && r.queues[q].Stays != ""
}

// stays reports whether anything was left as it is.
func (r *Report) stays() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, x := range r.queues {
		if x.Stays != "" {
			return true
		}
	}
	return false
}

func (r *Report) finish() { r.seconds = time.Since(r.began).Seconds() }

// rows are sorted by vhost and name.
func (r *Report) rows() []*row {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]*row, 0, len(r.queues))
	for _, x := range r.queues {
		list = append(list, x)
	}
	slices.SortFunc(list, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.Vhost, b.Vhost), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// Moved is how many messages are at the target now.
func (r *Report) Moved() uint64 {
	return sum(r.rows(), func(x *row) uint64 { return x.Moved })
}

func sum(list []*row, of func(*row) uint64) (n uint64) {
	for _, x := range list {
		n += of(x)
	}
	return n
}

// Print prints a line for each queue, and the sum.
func (r *Report) Print(w io.Writer) error {
	list := r.rows()
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(list) > 0 {
		fmt.Fprintln(t, "vhost\tqueue\theld\tmoved")
	}
	for _, x := range list {
		stays := ""
		if x.Stays != "" {
			stays = "\tstays: " + x.Stays
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%d%s\n", x.Vhost, x.Name, x.Held, x.Moved, stays)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if r.survey {
		_, err := fmt.Fprintf(w, "held: %d messages\n", sum(list, func(x *row) uint64 { return x.Held }))
		return err
	}
	_, err := fmt.Fprintf(w, "moved: %d messages in %.1f s\n", r.Moved(), r.seconds)
	return err
}

// PrintJSON prints the same for programs.
func (r *Report) PrintJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{"seconds": r.seconds, "moved": r.Moved(), "queues": r.rows()})
}
