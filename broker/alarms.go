package broker

import (
	"context"
	"log/slog"
	"math"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Alarm is a set of resources that run out. While it is not empty, faces take
// no more messages from those who publish.
type Alarm uint8

// The resources.
const (
	LowMemory Alarm = 1 << iota
	LowDisk
)

// String is the reason that publishers are given.
func (a Alarm) String() string {
	var reasons []string
	if a&LowMemory != 0 {
		reasons = append(reasons, "low on memory")
	}
	if a&LowDisk != 0 {
		reasons = append(reasons, "low on disk")
	}
	return strings.Join(reasons, " & ")
}

// Watermark is how much memory the process may use: a share of what there is,
// or so many bytes when that is 0. The zero Watermark is no limit.
type Watermark struct {
	Share float64
	Bytes int64
}

// Of is how many bytes w is of total; the zero Watermark is none, 0.
func (w Watermark) Of(total int64) int64 {
	if w.Share > 0 {
		return int64(w.Share * float64(total))
	}
	return w.Bytes
}

// AlarmOptions say when there is an alarm.
type AlarmOptions struct {
	Total         Watermark // what counts as all the memory there is; zero: all there is
	Memory        Watermark // of that
	DiskFreeLimit int64     // bytes; 0 none
	Dir           string    // whose disk it is; empty: nothing is watched by itself
}

// Usage is what alarms are about, in bytes. A limit of 0 is none.
type Usage struct {
	Alarm                   Alarm
	MemoryUsed, MemoryLimit int64
	MemoryTotal             int64 // what counts as all there is; 0 before anybody has looked
	DiskFree, DiskFreeLimit int64
}

// How often resources are looked at: the less there is, the sooner, as they
// shrink by so many bytes a second at most, about. And the part of its time that
// a node which is low on memory spends on collecting garbage for that.
const (
	sampleEvery  = time.Second
	sampleSoon   = 50 * time.Millisecond
	shrinks      = 1 << 30
	collectsPart = 10
)

// alarms watches memory and disk.
type alarms struct {
	log    *slog.Logger
	memory memory
	tell   func(event, source string) // of an alarm of memory or disk
	full   func() bool                // whether what is to be stored finds no room, whatever the limit
	last   atomic.Pointer[Usage]

	mu        sync.Mutex // held while resources are looked at
	o         AlarmOptions
	watchers  []func()
	collect   time.Time // not before
	diskError bool      // was logged

	stop context.CancelFunc
	done sync.WaitGroup
}

func newAlarms(o AlarmOptions, log *slog.Logger) *alarms {
	a := &alarms{o: o, log: log, memory: thisMachine, tell: func(_, _ string) {}, full: func() bool { return false }, stop: func() {}}
	a.last.Store(&Usage{})
	return a
}

// start looks once, and then again and again until close.
func (a *alarms) start() {
	if a.o.Dir == "" {
		return
	}
	a.sample()
	ctx, stop := context.WithCancel(context.Background())
	a.stop = stop
	a.done.Go(func() { a.run(ctx) })
}

func (a *alarms) run(ctx context.Context) {
	t := time.NewTimer(a.last.Load().next())
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			a.sample()
			t.Reset(a.last.Load().next())
		}
	}
}

// next is when to look again.
func (u *Usage) next() time.Duration {
	room := int64(math.MaxInt64)
	if u.MemoryLimit > 0 {
		room = max(u.MemoryLimit-u.MemoryUsed, 0)
	}
	if u.DiskFreeLimit > 0 {
		room = min(room, max(u.DiskFree-u.DiskFreeLimit, 0))
	}
	return min(max(time.Duration(float64(room)/shrinks*float64(time.Second)), sampleSoon), sampleEvery)
}

func (a *alarms) close() {
	a.stop()
	a.done.Wait()
}

// sample looks, and tells when the alarm has changed.
func (a *alarms) sample() {
	a.mu.Lock()
	defer a.mu.Unlock()
	before, u := a.last.Load(), a.measure()
	if now := time.Now(); u.Alarm&LowMemory != 0 && now.After(a.collect) {
		debug.FreeOSMemory() // neither garbage nor idle pages are a reason
		a.collect = now.Add(collectsPart * time.Since(now))
		u = a.measure()
	}
	a.last.Store(&u)
	if u.Alarm == before.Alarm {
		return
	}
	a.report(before.Alarm, &u)
	a.tellWatchers()
}

// told has those look again who wait for an alarm, or something like it, to be
// over.
func (a *alarms) told() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tellWatchers()
}

// tellWatchers calls them. a.mu is held.
func (a *alarms) tellWatchers() {
	for _, f := range a.watchers {
		f()
	}
}

// measure compares what there is with what there must be. a.mu is held.
func (a *alarms) measure() (u Usage) {
	u.MemoryTotal = a.total()
	u.MemoryUsed, u.MemoryLimit = a.memory.used(), a.o.Memory.Of(u.MemoryTotal)
	if u.MemoryLimit > 0 && u.MemoryUsed > u.MemoryLimit {
		u.Alarm |= LowMemory
	}
	if u.DiskFreeLimit = a.o.DiskFreeLimit; a.o.Dir == "" {
		return u
	}
	free, err := freeDisk(a.o.Dir)
	if err != nil {
		if !a.diskError {
			a.log.Warn("cannot tell how much disk is free", "dir", a.o.Dir, "error", err)
		}
		a.diskError = true
		return u
	}
	u.DiskFree = free
	if free < u.DiskFreeLimit || a.full() {
		u.Alarm |= LowDisk
	}
	return u
}

// total is what counts as all the memory; it follows a container that is given
// more or less.
func (a *alarms) total() int64 {
	total := a.memory.total()
	if a.o.Total == (Watermark{}) {
		return total
	}
	return a.o.Total.Of(total)
}

// report logs and tells what is set now and was not, and what no longer is.
func (a *alarms) report(before Alarm, u *Usage) {
	for _, alarm := range []Alarm{LowMemory, LowDisk} {
		source, amount := "memory", []any{"alarm", alarm.String(), "used", u.MemoryUsed, "limit", u.MemoryLimit}
		if alarm == LowDisk {
			source, amount = "disk", []any{"alarm", alarm.String(), "free", u.DiskFree, "limit", u.DiskFreeLimit}
		}
		switch {
		case before&alarm == u.Alarm&alarm:
		case u.Alarm&alarm != 0:
			a.log.Warn("alarm set: publishers are stopped", amount...)
			a.tell("alarm.set", source)
		default:
			a.log.Info("alarm cleared", amount...)
			a.tell("alarm.cleared", source)
		}
	}
}

// Alarm is what runs out now; publishers look at it for each message.
func (b *Broker) Alarm() Alarm { return b.alarms.last.Load().Alarm }

// Usage is what was found when resources were last looked at.
func (b *Broker) Usage() Usage { return *b.alarms.last.Load() }

// OnAlarm has f called after every change of the alarm, from any goroutine. f
// must return soon, and not change limits.
func (b *Broker) OnAlarm(f func()) {
	b.alarms.mu.Lock()
	b.alarms.watchers = append(b.alarms.watchers, f)
	b.alarms.mu.Unlock()
}

// SetMemoryWatermark changes how much memory may be used, from now on and
// until the node stops.
func (b *Broker) SetMemoryWatermark(w Watermark) {
	b.alarms.change(func(o *AlarmOptions) { o.Memory = w })
}

// SetDiskFreeLimit changes how many bytes of disk must be free, from now on
// and until the node stops; 0 is none.
func (b *Broker) SetDiskFreeLimit(bytes int64) {
	b.alarms.change(func(o *AlarmOptions) { o.DiskFreeLimit = bytes })
}

func (a *alarms) change(change func(*AlarmOptions)) {
	a.mu.Lock()
	change(&a.o)
	a.mu.Unlock()
	a.sample()
}
