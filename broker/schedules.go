package broker

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/delay"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/schedule"
	"github.com/hutchmq/hutchmq/vhost"
)

// schedules are those of all vhosts. A schedule is stored as a parameter; its
// next occurrence is a note among the delayed messages of its vhost, so that
// publishing and planning what comes next is one unit. A note that is not of the
// schedule as it is now is passed over.
//
// Lock order: changing, then what vhosts lock when they fire, then mu.
type schedules struct {
	changing sync.Mutex // held while schedules change
	mu       sync.Mutex
	in       map[string]map[string]*scheduled // by vhost and name
}

// scheduled is a schedule that is kept.
type scheduled struct {
	*schedule.Schedule
	note   uint64 // the number of its next occurrence; 0: there is none
	atMs   int64  // when that is
	lastMs int64  // when it was last, Unix milliseconds; 0 never
	runs   uint64
}

// occurrence is a note.
type occurrence struct {
	Name   string `json:"name"`
	Mark   uint64 `json:"mark"` // of the schedule
	LastMs int64  `json:"last,omitempty"`
	Runs   uint64 `json:"runs,omitempty"`
}

// lateMs is from when on an occurrence counts as missed.
const lateMs = 10_000

// maxSchedules is how many a vhost may have.
const maxSchedules = 10_000

// load notes a schedule that is stored. It is planned later.
func (ss *schedules) load(r *definitions.Parameter) error {
	s, err := checkSchedule(r)
	if err != nil {
		return err
	}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.vhost(r.Vhost)[r.Name] = &scheduled{Schedule: s}
	return nil
}

// vhost are the schedules of a vhost. ss.mu is held.
func (ss *schedules) vhost(name string) map[string]*scheduled {
	if ss.in == nil {
		ss.in = map[string]map[string]*scheduled{}
	}
	if ss.in[name] == nil {
		ss.in[name] = map[string]*scheduled{}
	}
	return ss.in[name]
}

// resume plans what is not planned, and withdraws what is planned and no
// longer wanted. Called at the start for each vhost that has a schedule or
// holds anything.
func (ss *schedules) resume(v *vhost.Vhost) error {
	ss.changing.Lock()
	defer ss.changing.Unlock()
	h, err := v.OpenDelayed()
	if err != nil {
		return err
	}
	pending, err := h.Notes()
	if err != nil {
		return err
	}
	var stale []uint64
	ss.mu.Lock()
	for _, d := range pending {
		if p, o := ss.find(v.Name, d); p == nil || p.note != 0 && p.note != d.ID || !p.On() {
			stale = append(stale, d.ID)
		} else if p.note == 0 {
			p.note, p.atMs, p.lastMs, p.runs = d.ID, d.At, o.LastMs, o.Runs
		}
	}
	for name, p := range ss.in[v.Name] {
		if p.note == 0 && p.lastMs == 0 {
			p.plan(h, nil, name, time.Now())
		}
	}
	ss.mu.Unlock()
	return h.Withdraw(stale)
}

// find is the schedule that a note is of, if it is as it was. ss.mu is held.
func (ss *schedules) find(vhostName string, d delay.Due) (*scheduled, occurrence) {
	var o occurrence
	if json.Unmarshal(d.Note, &o) != nil {
		return nil, o
	}
	if p := ss.in[vhostName][o.Name]; p != nil && p.Mark() == o.Mark {
		return p, o
	}
	return nil, o
}

// plan plans the first occurrence after a time, if there is one.
func (p *scheduled) plan(h *delay.Holder, u queue.Unit, name string, after time.Time) {
	p.note, p.atMs = 0, 0
	next, ok := p.Next(after)
	if !ok || !p.On() {
		return
	}
	text, err := json.Marshal(occurrence{name, p.Mark(), p.lastMs, p.runs})
	if err != nil {
		return // it holds a name and numbers
	}
	p.atMs = next.UnixMilli()
	p.note = h.Plan(u, p.atMs, text)
}

// occur tells what is to be published for a note that is due, and plans the
// next as a part of u.
func (ss *schedules) occur(u queue.Unit, v *vhost.Vhost, d delay.Due) (list []*message.Message) {
	h := v.Delayed()
	ss.mu.Lock()
	defer ss.mu.Unlock()
	p, o := ss.find(v.Name, d)
	if p == nil || !p.On() || p.note != 0 && p.note != d.ID || h == nil {
		return nil
	}
	p.lastMs, p.runs = max(p.lastMs, o.LastMs), max(p.runs, o.Runs)
	at, now := time.UnixMilli(d.At), time.Now()
	times := []time.Time{at}
	after := at
	if now.Sub(at).Milliseconds() > lateMs {
		times, after = p.Occurrences(at, now), now
	}
	for _, t := range times {
		m, err := scheduledMessage(p.Schedule, o.Name, t)
		if err != nil {
			continue // it was checked when it was made
		}
		list = append(list, m)
		p.lastMs = t.UnixMilli()
		p.runs++
	}
	p.plan(h, u, o.Name, after)
	return list
}

// put makes a schedule, or changes it. It is stored already.
func (ss *schedules) put(v *vhost.Vhost, name string, s *schedule.Schedule) error {
	h, err := v.OpenDelayed()
	if err != nil {
		return err
	}
	next := &scheduled{Schedule: s}
	ss.mu.Lock()
	was := ss.vhost(v.Name)[name]
	var old []uint64
	if was != nil {
		next.lastMs, next.runs = was.lastMs, was.runs
		old = was.pending()
	}
	next.note = ^uint64(0) // no note is of it until it is planned
	ss.in[v.Name][name] = next
	ss.mu.Unlock()
	err = h.Withdraw(old)
	ss.mu.Lock()
	next.plan(h, nil, name, time.Now())
	ss.mu.Unlock()
	return err
}

// pending is the note that waits, if one does.
func (p *scheduled) pending() []uint64 {
	if p.note == 0 {
		return nil
	}
	return []uint64{p.note}
}

// drop forgets a schedule.
func (ss *schedules) drop(v *vhost.Vhost, name string) error {
	ss.mu.Lock()
	was := ss.in[v.Name][name]
	delete(ss.in[v.Name], name)
	ss.mu.Unlock()
	h := v.Delayed()
	if was == nil || h == nil {
		return nil
	}
	return h.Withdraw(was.pending())
}

// forget forgets those of a vhost that is gone.
func (ss *schedules) forget(vhostName string) {
	ss.mu.Lock()
	delete(ss.in, vhostName)
	ss.mu.Unlock()
}

// any reports whether a vhost has schedules.
func (ss *schedules) any(vhostName string) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	return len(ss.in[vhostName]) > 0
}

// room reports whether there may be one more, or r is there.
func (ss *schedules) room(r *definitions.Parameter) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	in := ss.in[r.Vhost]
	return in[r.Name] != nil || len(in) < maxSchedules
}
