package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/delay"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/store"
)

// maxProblems is how many are told; the others are counted.
const maxProblems = 100

// Verified is what Verify found in a data directory.
type Verified struct {
	Records  int // of vhosts, users, queues and so on
	Queues   int // durable ones
	Messages int
	Bytes    int64    // of bodies
	Orphaned int      // messages of queues that are gone: the next start forgets them
	Problems []string // one a line; none when all is well
	More     int      // problems beside these
}

// Verify reads everything in the data directory at path that no broker has
// open: every record, and every message with its checksums. It ends what a
// crash left half done, as a start does, and changes nothing else. key opens it
// when it is encrypted. progress is told the messages and bytes so far.
func Verify(path string, key *store.Key, progress func(messages int, bytes int64)) (Verified, error) {
	v := verification{queues: map[uint64]string{}, holders: map[uint64]bool{}, progress: progress}
	s, err := store.Open(path, store.Options{Key: key, Log: slog.New(&v)})
	if err != nil {
		return v.Verified, err
	}
	if err := errors.Join(v.records(s), v.delayed(s)); err != nil {
		v.problem("records cannot be read: %v", err)
	}
	if err := s.Examine(v.message, v.lane); err != nil {
		v.problem("the database is damaged: %v", err)
	}
	return v.Verified, s.Close()
}

// verification is the work of Verify. It is a slog.Handler, to hear of what the
// store notices.
type verification struct {
	Verified
	mu       sync.Mutex        // of problems
	queues   map[uint64]string // what a log is of
	holders  map[uint64]bool   // logs of delayed messages
	broken   int               // messages of the lane at hand that cannot be decoded
	progress func(messages int, bytes int64)
}

// progressEvery is after how many messages progress is told.
const progressEvery = 4096

func (v *verification) problem(format string, a ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.Problems) == maxProblems {
		v.More++
		return
	}
	v.Problems = append(v.Problems, fmt.Sprintf(format, a...))
}

// records decodes all records, and learns which queue has which log.
func (v *verification) records(s *store.Disk) error {
	for _, kind := range definitions.Kinds {
		err := s.Scan(definitions.Prefix(kind), func(key, value []byte) bool {
			v.Records++
			r, err := definitions.Decode(key, value)
			if err != nil {
				v.problem("a record of kind %s: %v", kind, err)
			}
			if q, ok := r.(*definitions.Queue); ok {
				v.Queues++
				v.queues[q.ID] = fmt.Sprintf("queue '%s' in vhost '%s'", q.Name, q.Vhost)
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// delayed learns which vhost has which log.
func (v *verification) delayed(s *store.Disk) error {
	logs, err := delay.New(s, nil).Logs()
	for vhostName, id := range logs {
		v.holders[id] = true
		v.queues[id] = fmt.Sprintf("what vhost '%s' holds until it is due", vhostName)
	}
	return err
}

func (v *verification) message(log uint64, lane uint8, e store.Stored) {
	if v.holders[log] && !delay.IsMessage(lane) {
		return
	}
	var m message.Message
	if err := message.Decode(&m, e.Meta, e.Payload); err != nil {
		v.broken++
	}
	v.Messages++
	v.Bytes += int64(len(e.Payload))
	if v.progress != nil && v.Messages%progressEvery == 0 {
		v.progress(v.Messages, v.Bytes)
	}
}

func (v *verification) lane(f store.Found) {
	name, known := v.queues[f.Log]
	if !known {
		v.Orphaned += f.Entries
		name = fmt.Sprintf("the log of a queue that is gone (%d)", f.Log)
	}
	if f.Err != nil {
		v.problem("%s: after %d messages: %v", name, f.Entries, f.Err)
	}
	if f.Missing > 0 {
		v.problem("%s: %d messages are missing", name, f.Missing)
	}
	if v.broken > 0 {
		v.problem("%s: %d messages cannot be decoded", name, v.broken)
	}
	v.broken = 0
}

// Enabled implements slog.Handler.
func (v *verification) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }

// Handle implements slog.Handler.
func (v *verification) Handle(_ context.Context, r slog.Record) error {
	var b strings.Builder
	b.WriteString(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&b, " %s=%v", a.Key, a.Value)
		return true
	})
	v.problem("%s", b.String())
	return nil
}

// WithAttrs implements slog.Handler; nothing of the store uses it.
func (v *verification) WithAttrs([]slog.Attr) slog.Handler { return v }

// WithGroup implements slog.Handler, likewise.
func (v *verification) WithGroup(string) slog.Handler { return v }
