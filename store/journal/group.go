package journal

import (
	"crypto/cipher"
	"encoding/binary"
	"time"
	"unsafe"
)

const (
	flushBytes  = 1 << 20 // encoded bytes that are written without waiting for more
	sharedBytes = 4 << 10 // payloads from this size on are stored once a group
	endBytes    = frameBytes + tagBytes
	putBytes    = 128     // bound of a put record without meta data and payload
	keptBuffer  = 4 << 20 // a buffer grown larger is not kept
	aheadBytes  = 256 << 10
)

// Group is what the writer encodes, writes and syncs together. A Source fills
// it; it belongs to the writer.
type Group struct {
	j       *Journal
	seg     *Segment      // active; nil before the first record
	buf     []byte        // encoded and not written yet
	base    int64         // where in the segment buf belongs
	stream  cipher.Stream // what buf is encrypted with; nil: it is not
	zeroed  int64         // how far the file was ever written
	durable bool          // something in it waits for a sync
	fresh   bool          // it holds the beginning of seg
	shared  map[payloadID]shared

	number   uint64
	units    bool    // some are about
	held     []*Unit // that cannot go
	sources  map[Source]bool
	flags    uint8 // of every record: flagUnit in the midst of units
	need     int64 // bytes that the units take at most
	expected map[payloadID]bool
	scratch  []byte
}

// payloadID tells payloads apart by where they lie in memory: within one
// group they are all alive.
type payloadID struct {
	at   *byte
	size int
}

// Segment is where the last Put went.
func (g *Group) Segment() *Segment { return g.seg }

// Failed tells that the disk failed, and filling is in vain.
func (g *Group) Failed() bool { return g.j.Err() != nil }

// Put encodes an entry. It refuses one that does not fit into the segment: the
// caller then gives the places of what it put before to its runs, calls Roll,
// and tries again.
func (g *Group) Put(p *Put, item Item) (pl Placed, ok bool) {
	if g.seg == nil {
		return pl, false
	}
	payload := item.Payload()
	start := len(g.buf)
	g.buf = open(g.buf, KindPut, p.flags()|g.flags, p.Lane)
	g.buf = p.appendHead(g.buf, item)
	g.appendPayload(start, payload)
	if g.at(len(g.buf))+endBytes > g.seg.Size {
		delete(g.shared, idOf(payload))
		g.buf = g.buf[:start]
		return pl, false
	}
	seal(g.seg.seed, g.buf, start)
	g.durable = g.durable || !p.Transient
	pl = Placed{p.Seq, uint64(g.at(start)), uint64(len(g.buf) - start), len(payload), p.Expiry, p.Lane, p.Transient}
	g.overflow()
	return pl, true
}

// appendPayload ends the record at start with the payload, or with where it
// lies when the group has it already.
func (g *Group) appendPayload(start int, payload []byte) {
	if len(payload) < sharedBytes {
		g.buf = append(g.buf, payload...)
		return
	}
	id := idOf(payload)
	if s, ok := g.shared[id]; ok {
		g.buf[start+frameBytes+1] |= flagShared
		g.buf = binary.AppendUvarint(g.buf, s.off)
		g.buf = binary.AppendUvarint(g.buf, s.size)
		g.buf = binary.AppendUvarint(g.buf, uint64(s.sum))
		return
	}
	g.shared[id] = shared{uint64(g.at(len(g.buf))), uint64(len(payload)), Sum(payload)}
	g.buf = append(g.buf, payload...)
}

func idOf(p []byte) payloadID { return payloadID{unsafe.SliceData(p), len(p)} }

// Need bounds the bytes that the record of an entry takes.
func (g *Group) Need(item Item) int64 {
	g.scratch = item.AppendMeta(g.scratch[:0])
	return int64(len(item.Payload()) + len(g.scratch) + putBytes)
}

// Record appends one that is no put, and refuses it as Put does.
func (g *Group) Record(kind Kind, lane uint8, body []byte) bool {
	size := int64(endBytes + len(body))
	if g.seg == nil || g.at(len(g.buf))+size+endBytes > g.seg.Size {
		return false
	}
	g.control(kind, lane, body)
	g.durable = g.durable || g.flags != 0 // so that what the unit settles is let go after it is safe
	g.overflow()
	return true
}

func (g *Group) control(kind Kind, lane uint8, body []byte) {
	start := len(g.buf)
	g.buf = append(open(g.buf, kind, g.flags, lane), body...)
	seal(g.seg.seed, g.buf, start)
	g.seg.extendControls(uint64(g.at(start)), uint64(len(g.buf)-start))
}

// Snapshot appends what lives of one log. Only Keeper.Snapshot calls it.
func (g *Group) Snapshot(body []byte) {
	g.control(KindSnapshot, 0, body)
	g.j.snapshots++
}

// at is where in the segment buf[i] goes.
func (g *Group) at(i int) int64 { return g.base + int64(i) }

// overflow writes what was encoded once it is much.
func (g *Group) overflow() {
	if len(g.buf) >= flushBytes {
		g.flush(0)
	}
}

// flush writes what was encoded, and some zeros after it: the first sync after
// a write to blocks never written costs twice as much, so that small groups
// have their blocks written ahead.
func (g *Group) flush(ahead int64) {
	if len(g.buf) == 0 || g.Failed() {
		g.buf = g.buf[:0]
		return
	}
	if g.stream != nil {
		g.encrypt()
	}
	size := len(g.buf)
	end := g.base + int64(size)
	if end > g.zeroed && g.zeroed < g.seg.Size {
		g.zeroed = min(end+ahead, g.seg.Size)
		g.buf = append(g.buf, g.j.zeros[:g.zeroed-end]...)
	}
	began := time.Now()
	if _, err := g.seg.file.WriteAt(g.buf, g.base); err != nil {
		g.j.fail(err)
	} else {
		g.j.writes.add(len(g.buf), began)
		g.seg.written.Store(end)
	}
	g.base = end
	g.buf = g.buf[:0]
}

// commit writes the rest of the group and syncs it if anyone waits for that.
func (g *Group) commit() {
	ahead := int64(0)
	if len(g.buf) < aheadBytes {
		ahead = aheadBytes
	}
	g.flush(ahead)
	if g.seg != nil && !g.Failed() && (g.fresh || g.durable && !g.j.o.NoSync) {
		g.sync()
	}
	g.durable = false
	g.reset()
}

func (g *Group) sync() {
	began := time.Now()
	if err := g.seg.file.Sync(); err != nil {
		g.j.fail(err)
		return
	}
	g.j.syncs.Since(began)
	if g.fresh {
		g.fresh = false
		g.j.cover(g.seg)
	}
}

func (g *Group) reset() {
	clear(g.shared)
	if cap(g.buf) > keptBuffer {
		g.buf = nil
	}
	if cap(g.scratch) > keptBuffer {
		g.scratch = nil
	}
}
