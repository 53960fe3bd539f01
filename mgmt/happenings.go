package mgmt

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/logbook"
)

// Bounds of what is remembered for streams of events, at least and at most
// twice as much, and of streams.
const (
	maxHappenings    = 4096
	maxStreams       = 100
	maxStreamsOfUser = 20
	lingering        = time.Minute // after the last stream
)

// happenings remembers what happened lately, while there are streams of events
// and a little longer: who comes back goes on where it was. One goroutine
// gathers, from the first stream until lingering is over or the broker closes.
type happenings struct {
	b   *broker.Broker
	log *logbook.Book

	mu        sync.Mutex
	gathering bool
	epoch     string // another one each time gathering begins
	ring      []happening
	last      uint64 // the number of the last one
	streams   map[string]int
	open      int
	left      time.Time     // when the last stream ended
	news      chan struct{} // closed by what happens next; nil: nobody waits
}

// happening is something that has happened, for who may know.
type happening struct {
	kind   string // of the topic
	vhost  string
	owner  string // whose connection it is about
	admins bool   // only for administrators
	data   json.RawMessage
}

// enter makes room for a stream of user. It refuses one too many.
func (hs *happenings) enter(user string) bool {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if hs.open >= maxStreams || hs.streams[user] >= maxStreamsOfUser {
		return false
	}
	if hs.streams == nil {
		hs.streams = map[string]int{}
	}
	hs.streams[user]++
	hs.open++
	if !hs.gathering {
		hs.gathering = true
		hs.epoch, hs.last, hs.ring = rand.Text()[:8], 0, nil
		go hs.gather(hs.b.Watch())
	}
	return true
}

// streamsOpen is how many streams there are.
func (hs *happenings) streamsOpen() int {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	return hs.open
}

// later is closed as soon as something has happened after one.
func (hs *happenings) later(after uint64) <-chan struct{} {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if hs.news == nil {
		hs.news = make(chan struct{})
	}
	news := hs.news
	if hs.last > after {
		hs.tell()
	}
	return news
}

// tell wakes who waits. hs.mu is held.
func (hs *happenings) tell() {
	if hs.news != nil {
		close(hs.news)
		hs.news = nil
	}
}

func (hs *happenings) leave(user string) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	hs.open--
	if hs.streams[user]--; hs.streams[user] == 0 {
		delete(hs.streams, user)
	}
	hs.left = time.Now()
}

// gather is the goroutine.
func (hs *happenings) gather(w *broker.Watch) {
	defer w.Close()
	t := time.NewTicker(time.Second)
	defer t.Stop()
	line, missed := hs.lastLine(), uint64(0)
	for {
		select {
		case h := <-w.C():
			hs.take(h)
		case now := <-t.C:
			line = hs.readLog(line)
			if d := w.Dropped(); d != missed {
				missed = d
				hs.forget()
			}
			if hs.over(now) {
				return
			}
		case <-hs.b.Done():
			hs.mu.Lock()
			hs.gathering = false
			hs.mu.Unlock()
			return
		}
	}
}

// over ends gathering when there was no stream for long.
func (hs *happenings) over(now time.Time) bool {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if hs.open > 0 || now.Sub(hs.left) < lingering {
		return false
	}
	hs.gathering, hs.ring = false, nil
	return true
}

// forget has all streams know that they have missed something.
func (hs *happenings) forget() {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	hs.ring = nil
	hs.last++
	hs.tell()
}

func (hs *happenings) lastLine() uint64 {
	if hs.log == nil {
		return 0
	}
	if list := hs.log.Lines(logbook.Choice{Least: slog.LevelDebug, Most: 1}); len(list) > 0 {
		return list[0].ID
	}
	return 0
}

// readLog takes what was logged after a line.
func (hs *happenings) readLog(after uint64) uint64 {
	if hs.log == nil {
		return after
	}
	for _, l := range hs.log.Lines(logbook.Choice{After: after, Least: slog.LevelDebug, Most: maxHappenings / 4}) {
		after = l.ID
		hs.add(happening{kind: "log"}, l)
	}
	return after
}

// take remembers h, if it is for anybody.
func (hs *happenings) take(h broker.Happening) {
	if h.Entry != nil {
		hs.add(happening{kind: "audit"}, h.Entry)
		return
	}
	o := broker.Plain(h.Headers)
	delete(o, "client_properties")
	var of happening
	of.vhost, _ = o["vhost"].(string)
	switch kind, _, _ := strings.Cut(h.Name, "."); kind {
	case "connection", "channel":
		of.kind = "connections"
		of.owner, _ = o["user"].(string)
	case "alarm":
		of.kind = "alarms"
	case "user", "permission", "topic":
		if strings.HasPrefix(h.Name, "user.authentication") {
			return
		}
		of.kind, of.admins = "changes", true
	case "vhost":
		of.kind = "changes"
		of.vhost, _ = o["name"].(string)
	case "parameter":
		of.kind, of.admins = "changes", of.vhost == "global"
	default:
		of.kind = "changes"
	}
	o["event"], o["time"] = h.Name, h.At.UnixMilli()
	hs.add(of, o)
}

func (hs *happenings) add(h happening, data any) {
	text, err := json.Marshal(data)
	if err != nil { // not of what has come from JSON, or goes there
		return
	}
	h.data = text
	hs.mu.Lock()
	defer hs.mu.Unlock()
	hs.last++
	if len(hs.ring) == 2*maxHappenings {
		hs.ring = append([]happening(nil), hs.ring[maxHappenings:]...)
	}
	hs.ring = append(hs.ring, h)
	hs.tell()
}

// place is where a stream goes on: behind the one of that id, or, when there
// is none, behind the last. missed tells that it has missed some.
func (hs *happenings) place(id string) (after uint64, missed bool) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if id == "" {
		return hs.last, false
	}
	epoch, number, _ := strings.Cut(id, "-")
	after, err := strconv.ParseUint(number, 10, 64)
	if err != nil || epoch != hs.epoch || after > hs.last {
		return hs.last, true
	}
	return after, false
}

// since calls take for each that came after one. missed tells that the first
// of them are no longer known.
func (hs *happenings) since(after uint64, take func(id string, h *happening)) (last uint64, missed bool) {
	hs.mu.Lock()
	list, epoch, last := hs.ring, hs.epoch, hs.last
	list = append([]happening(nil), list[len(list)-int(min(uint64(len(list)), last-min(after, last))):]...)
	hs.mu.Unlock()
	first := last - uint64(len(list)) + 1
	for i := range list {
		take(fmt.Sprintf("%s-%d", epoch, first+uint64(i)), &list[i])
	}
	return last, after < last && first != after+1
}
