package ctl

import (
	"context"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/hutchmq/hutchmq/ctl/client"
)

// Screen is a terminal that a live view may take over.
type Screen struct {
	// Keys are read until the view closes them.
	Keys io.ReadCloser
	// Size is how many columns and lines there are, now.
	Size func() (columns, lines int)
	// Raw has keys come at once and unseen, until back is called.
	Raw func() (back func(), err error)
}

// What a terminal is told: another page with no cursor, and back; to the first
// corner; what is left of a line, and of the page, is empty; heavy, and not.
const (
	ansiEnter = "\x1b[?1049h\x1b[?25l"
	ansiLeave = "\x1b[?25h\x1b[?1049l"
	ansiHome  = "\x1b[H"
	ansiLine  = "\x1b[K\r\n"
	ansiRest  = "\x1b[J"
	ansiBold  = "\x1b[1m"
	ansiPlain = "\x1b[0m"
)

// The frame that is printed where there is no terminal.
const (
	plainColumnCount = 80
	plainLineCount   = 24
)

type top struct {
	Sort  string        `enum:"ready,unacked,in,out,name" default:"ready" help:"What queues are sorted by: ready, unacked, in, out or name."`
	Every time.Duration `default:"1s" help:"How often to look."`
	Once  bool          `help:"Print one frame, and no more."`
}

// queueOrders are what queues are sorted by, by its short name.
var queueOrders = map[string]struct {
	key     string
	reverse bool
}{
	"ready":   {"messages_ready", true},
	"unacked": {"messages_unacknowledged", true},
	"in":      {"message_stats.publish_details.rate", true},
	"out":     {"message_stats.deliver_get_details.rate", true},
	"name":    {"name", false},
}

// view is what is looked at.
type view struct {
	sort    string // a key of queueOrders
	clients bool   // connections get most of the room, not queues
	paused  bool
	last    frame // what was drawn; none: nothing yet
}

// Run shows one frame, or one after the other until q is typed.
func (v *top) Run(o *operator) error {
	w := &view{sort: v.Sort}
	if v.Once || o.command.Screen == nil {
		f, err := o.frame(w, plainLineCount)
		if err == nil {
			_, err = io.WriteString(o.command.Out, f.plain(plainColumnCount, plainLineCount))
		}
		return err
	}
	return o.live(w, max(v.Every, 100*time.Millisecond))
}

// live takes the terminal over, and gives it back however it ends.
func (o *operator) live(w *view, every time.Duration) error {
	defer o.command.Screen.Keys.Close()
	back, err := o.command.Screen.Raw()
	if err != nil {
		return err
	}
	defer back()
	io.WriteString(o.command.Out, ansiEnter)
	defer io.WriteString(o.command.Out, ansiLeave)
	ctx, stop := context.WithCancel(o.ctx)
	defer stop()
	typed := o.keys(ctx)
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		if err := o.draw(w); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case key, open := <-typed:
			if !open || w.press(key) {
				return nil
			}
		case <-t.C:
		}
	}
}

// keys are what is typed, until Keys are closed or ctx ends.
func (o *operator) keys(ctx context.Context) <-chan byte {
	typed := make(chan byte)
	go func() {
		defer close(typed)
		var b [1]byte
		for {
			if _, err := o.command.Screen.Keys.Read(b[:]); err != nil {
				return
			}
			select {
			case typed <- b[0]:
			case <-ctx.Done():
				return
			}
		}
	}()
	return typed
}

// interrupt is what Ctrl-C types when keys come raw.
const interrupt = 3

// press does what a key is for, and reports whether that is to end.
func (w *view) press(key byte) (end bool) {
	switch key {
	case 'q', 'Q', interrupt:
		return true
	case 'r':
		w.sort = "ready"
	case 'u':
		w.sort = "unacked"
	case 'i':
		w.sort = "in"
	case 'o':
		w.sort = "out"
	case 'n':
		w.sort = "name"
	case 'c':
		w.clients = !w.clients
	case ' ', 'p':
		w.paused = !w.paused
	}
	return false
}

// draw looks, unless it is paused, and draws what there is.
func (o *operator) draw(w *view) error {
	columns, lines := o.command.Screen.Size()
	if !w.paused || w.last == nil {
		if err := o.look(w, lines); err != nil {
			return err
		}
	}
	w.last[len(w.last)-1].text = keysHelp(w)
	_, err := io.WriteString(o.command.Out, ansiHome+w.last.ansi(columns, lines)+ansiRest)
	return err
}

// look has w.last be as things are. A broker that does not answer is told of,
// and looked for again; one that refuses is an error.
func (o *operator) look(w *view, lines int) error {
	f, err := o.frame(w, lines)
	if code := ExitCode(classify(err)); err != nil && code != exitUnavailable && code != exitTimeout {
		return err
	}
	if err != nil {
		f = frame{{text: oneLine(err.Error())}, {}, {}}
	}
	w.last = f
	return nil
}

// fewest are the lines that the other table gets beside the one that is wanted.
const fewest = 4

// frame asks for everything that is shown in so many lines.
func (o *operator) frame(w *view, lines int) (frame, error) {
	v, n, err := o.node()
	if err != nil {
		return nil, err
	}
	var t totals
	if err := o.get(&t, "overview"); err != nil {
		return nil, err
	}
	f := head(v, n, t)
	room := max(lines-len(f)-5, 2*fewest) // titles, gaps and the last line
	inQueues, inConnections := room-fewest, fewest
	if w.clients {
		inQueues, inConnections = fewest, room-fewest
	}
	order := queueOrders[w.sort]
	queues, err := o.first("queues", order.key, order.reverse, inQueues)
	if err != nil {
		return nil, err
	}
	connections, err := o.first("connections", "recv_oct_details.rate", true, inConnections)
	if err != nil {
		return nil, err
	}
	f = append(f, line{}, line{text: queueTitle, heavy: true})
	f = append(f, queueLines(queues, inQueues)...)
	f = append(f, line{}, line{text: connectionTitle, heavy: true})
	f = append(f, connectionLines(connections)...)
	return append(f, line{}, line{text: keysHelp(w)}), nil
}

// first are the first rows of a list in an order.
func (o *operator) first(what, key string, reverse bool, most int) (list []row, err error) {
	q := url.Values{
		"sort": {key}, "sort_reverse": {strconv.FormatBool(reverse)},
		"page": {"1"}, "page_size": {strconv.Itoa(min(max(most, 1), 500))},
	}
	var page struct{ Items []row }
	err = o.client.Get(o.ctx, client.Path(what)+"?"+q.Encode(), &page)
	return page.Items, err
}
