package store_test

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/store/storetest"
)

// parcel is a part of a delivery, which is born as a unit, in several logs, of
// which every part is moved from log to log by units, and which dies as a unit.
type parcel struct {
	delivery, part uint64
	at             *depot
	seq            uint64
}

// parts is how many parcels a delivery has.
func parts(delivery uint64) int { return 1 + int(delivery%4) }

// item tells the parcel. Some are large.
func (p *parcel) item() *storetest.Item {
	size := int(p.delivery*7+p.part*131) % 1500
	if p.delivery%97 == 0 {
		size = 9000
	}
	return storetest.NewItem(p.delivery, p.part, size)
}

// depot is a log that parcels are in, and others that are never looked for:
// noise, with a zero for the delivery.
type depot struct {
	id    uint64
	log   store.Log
	owner store.Owner
	mu    sync.Mutex // of the numbers: as a queue does, they are used in order
	seq   uint64
}

// mover moves parcels at random. Several may share depots.
type mover struct {
	s      store.Store
	r      *rand.Rand
	depots []*depot
	say    func(what string, delivery, depot, seq uint64)
	next   uint64 // delivery
	step   uint64 // between deliveries
	live   map[uint64][]*parcel
	noise  []*parcel
	open   []store.Unit
}

const moverLanes = 2

// put puts ps into a depot, as a part of u if there is any.
func (m *mover) put(u store.Unit, to *depot, ps ...*parcel) {
	to.mu.Lock()
	defer to.mu.Unlock()
	var es []store.Entry
	for _, p := range ps {
		to.seq += 1 + m.r.Uint64N(2)
		p.at, p.seq = to, to.seq
		e := store.Entry{Seq: p.seq, Lane: uint8(p.seq % moverLanes), Item: p.item()}
		e.Transient = p.delivery == 0 && m.r.IntN(3) == 0
		es = append(es, e)
	}
	if u == nil {
		to.log.Put(es)
	} else {
		to.log.PutIn(u, es)
	}
}

func (m *mover) depot() *depot { return m.depots[m.r.IntN(len(m.depots))] }

// work does one thing.
func (m *mover) work() {
	switch n := m.r.IntN(24); {
	case n < 5 && len(m.live) < 150:
		m.in(m.begin)
	case n < 12:
		m.in(m.move)
	case n < 14:
		m.in(m.end)
	case n < 16:
		m.makeNoise()
	case n < 18:
		m.settleNoise()
	case n < 19:
		if p := m.pick(); p != nil {
			p.at.log.Count([]store.Count{{Seq: p.seq, N: uint32(p.delivery)}})
		}
	case n < 21 && len(m.open) < 3:
		m.open = append(m.open, m.s.Begin())
	case n < 23:
		m.commit()
	default:
		time.Sleep(time.Duration(m.r.IntN(400)) * time.Microsecond)
	}
}

// in does something in a unit of its own, or in one that stays open.
func (m *mover) in(work func(u store.Unit)) {
	if len(m.open) > 0 && m.r.IntN(2) == 0 {
		work(m.open[m.r.IntN(len(m.open))])
		return
	}
	u := m.s.Begin()
	work(u)
	u.Commit()
}

// commit commits an open unit, in any order.
func (m *mover) commit() {
	if n := len(m.open); n > 0 {
		i := m.r.IntN(n)
		m.open[i].Commit()
		m.open = slices.Delete(m.open, i, i+1)
	}
}

// begin makes a delivery.
func (m *mover) begin(u store.Unit) {
	m.next += m.step
	for part := range parts(m.next) {
		p := &parcel{delivery: m.next, part: uint64(part)}
		m.put(u, m.depot(), p)
		m.live[m.next] = append(m.live[m.next], p)
		m.say("begun", m.next, p.at.id, p.seq)
	}
}

// end lets a delivery die.
func (m *mover) end(u store.Unit) {
	p := m.pick()
	if p == nil {
		return
	}
	m.say("ended", p.delivery, 0, 0)
	for _, p := range m.live[p.delivery] {
		p.at.log.SettleIn(u, []uint64{p.seq})
	}
	delete(m.live, p.delivery)
}

// move moves parcels, perhaps some that another unit has just put there.
func (m *mover) move(u store.Unit) {
	for range 1 + m.r.IntN(4) {
		if p := m.pick(); p != nil {
			p.at.log.SettleIn(u, []uint64{p.seq})
			m.put(u, m.depot(), p)
		}
	}
}

func (m *mover) pick() *parcel {
	if len(m.live) == 0 {
		return nil
	}
	ds := slices.Sorted(maps.Keys(m.live))
	d := ds[m.r.IntN(len(ds))]
	return m.live[d][m.r.IntN(len(m.live[d]))]
}

func (m *mover) makeNoise() {
	var ps []*parcel
	for i := range 1 + m.r.Uint64N(20) {
		ps = append(ps, &parcel{part: i})
	}
	m.put(nil, m.depot(), ps...)
	m.noise = append(m.noise, ps...)
}

// settleNoise settles half of the noise that this mover knows of.
func (m *mover) settleNoise() {
	m.noise = slices.DeleteFunc(m.noise, func(p *parcel) bool {
		gone := m.r.IntN(2) == 0
		if gone {
			p.at.log.Settle([]uint64{p.seq})
		}
		return gone
	})
}

// find finds the deliveries in depots, and forgets their noise. It tells what
// is wrong: no parcel is in two places, none without the others.
func find(depots []*depot) (map[uint64][]*parcel, error) {
	live := map[uint64][]*parcel{}
	seen := map[[2]uint64]*parcel{}
	for _, at := range depots {
		for lane := range uint8(moverLanes) {
			list, err := storetest.ReadAll(at.log, lane, 0)
			if err != nil {
				return nil, err
			}
			for _, s := range list {
				p := parse(s, at)
				if p.delivery == 0 {
					at.log.Settle([]uint64{s.Seq})
					continue
				}
				key := [2]uint64{p.delivery, p.part}
				if q := seen[key]; q != nil {
					return nil, fmt.Errorf("part %d of delivery %d is in log %d as %d, and in log %d as %d", p.part, p.delivery, at.id, s.Seq, q.at.id, q.seq)
				}
				if want := p.item(); string(want.Body) != string(s.Payload) {
					return nil, fmt.Errorf("log %d, entry %d: another payload than was put", at.id, s.Seq)
				}
				if s.Count != 0 && s.Count != uint32(p.delivery) {
					return nil, fmt.Errorf("log %d, entry %d: count %d", at.id, s.Seq, s.Count)
				}
				seen[key] = p
				live[p.delivery] = append(live[p.delivery], p)
			}
		}
	}
	for d, ps := range live {
		if len(ps) != parts(d) {
			return nil, fmt.Errorf("%d parts of delivery %d, which has %d", len(ps), d, parts(d))
		}
	}
	return live, nil
}

func parse(s store.Stored, at *depot) *parcel {
	d, n := binary.Uvarint(s.Meta)
	part, _ := binary.Uvarint(s.Meta[n:])
	return &parcel{d, part, at, s.Seq}
}

// openDepots opens logs 1 to n, each at the end of what it has.
func openDepots(s store.Store, n uint64, owner func(id uint64) store.Owner) (list []*depot, err error) {
	for id := uint64(1); id <= n; id++ {
		at := &depot{id: id, owner: owner(id)}
		if at.log, err = s.Log(id, true, at.owner); err != nil {
			return nil, err
		}
		for _, lane := range at.log.Lanes() {
			at.seq = max(at.seq, lane.Last)
		}
		list = append(list, at)
	}
	return list, nil
}
