package delay

import (
	"slices"
	"time"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// keepFiring is the goroutine that lets go of what is due.
func (h *Holder) keepFiring() {
	defer h.done.Done()
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-t.C:
		case <-h.kick:
		case <-h.stop:
			return
		}
		t.Reset(h.fireAll())
	}
}

// fireAll lets go of all that is read and due, and tells when to look again.
func (h *Holder) fireAll() time.Duration {
	for {
		n, wait := h.fireSome()
		if n == 0 {
			return wait
		}
		wake(h.readers)
		h.d.store.WaitRoom()
		select {
		case <-h.stop:
			return 0
		default:
		}
	}
}

// fireSome lets go of a batch, and tells how many were due.
func (h *Holder) fireSome() (n int, wait time.Duration) {
	h.firing.Lock()
	defer h.firing.Unlock()
	list, wait := h.due()
	h.send(h.claimAll(list))
	return len(list), wait
}

// due takes a batch of what is read and due, and tells when to look again.
func (h *Holder) due() (list []leaver, wait time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := &h.d.limits
	if h.failed != nil {
		return nil, l.patience
	}
	now := h.d.clock().UnixMilli()
	n := 0
	for n < len(h.soon) && n < l.batch && h.soon[n].place.At <= now {
		h.soonBytes -= h.soon[n].bytes
		n++
	}
	list, h.soon = h.soon[:n:n], h.soon[n:]
	if len(h.soon) == 0 {
		h.soon = nil
		return list, l.recheck
	}
	return list, min(l.recheck, untilMs(now, h.soon[0].place.At))
}

// untilMs is the time between two moments in milliseconds, and a little at
// least.
func untilMs(now, then int64) time.Duration {
	return time.Duration(max(then-now, 1)) * time.Millisecond
}

// leaver is something that leaves, and what is noted of it.
type leaver struct {
	Due
	gone
}

// claimAll claims list: nobody else has it leave. What somebody else has is left
// out.
func (h *Holder) claimAll(list []leaver) []leaver {
	h.mu.Lock()
	defer h.mu.Unlock()
	list = slices.DeleteFunc(list, func(l leaver) bool { return !h.claim(&l) })
	slices.SortFunc(list, byPlace)
	return list
}

// anytime is when something is due that is asked for by its number only.
const anytime = -1

// claim takes l out of what is held; false when it is somebody else's. h.mu is
// held.
func (h *Holder) claim(l *leaver) bool {
	if _, leaves := h.leaving[l.Seq]; leaves || h.closed {
		return false
	}
	h.leaving[l.Seq] = struct{}{}
	if l.lane == messages {
		h.countBy(l.exchange, -1, l.bytes)
	}
	return true
}

// send fires list in one unit, in which it also leaves the log.
func (h *Holder) send(list []leaver) {
	if len(list) == 0 {
		return
	}
	due := make([]Due, 0, len(list))
	fired := 0
	for i := range list {
		if list[i].Message != nil || list[i].lane == notes {
			due = append(due, list[i].Due)
		}
		if list[i].lane == messages {
			fired++
		}
	}
	u := h.d.store.Begin()
	dropped := h.to.Fire(u, due)
	h.part(u, list)
	u.Commit()
	h.counters.Fired.Add(uint64(fired))
	h.counters.Dropped.Add(uint64(dropped))
}

// part takes list out of the log as a part of u, with a sign by which it is
// known that u is on disk.
func (h *Holder) part(u queue.Unit, list []leaver) {
	seqs := make([]uint64, 0, len(list))
	p := parting{list: make([]gone, 0, len(list))}
	for i := range list {
		seqs = append(seqs, list[i].Seq)
		p.list = append(p.list, list[i].gone)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	p.sign = h.next
	h.next++
	h.partings.push(p)
	h.log.SettleIn(u, seqs)
	h.log.PutIn(u, []store.Entry{{Seq: p.sign, Lane: signs, Time: h.d.clock().UnixMilli(), Item: note(nil)}})
}
