package journal

import (
	"errors"
	"fmt"
	"slices"
)

const (
	readLeast = 16 << 10 // bytes read for even the smallest wish
	readMost  = 1 << 20
)

var errDamaged = errors.New("entry is damaged")

// Cursor remembers where in a run reading stopped, so that it goes on there.
// The zero Cursor stands nowhere. It belongs to one lane and has no lock.
type Cursor struct {
	at      Pos      // of the run
	next    uint64   // sequence number it stands before
	off     uint64   // where in the segment
	extents []Extent // of the run, when they come from the index file
}

// Window is a stretch of a segment that is read at once.
type Window struct {
	seg      *Segment
	run      Pos
	log      uint64
	lane     uint8
	from     uint64 // sequence number
	off, end uint64
	want     uint64 // bytes of payload
}

// Load reads the extents of r for c, when they are not in memory. It reads the
// disk: the caller holds a reference to the segment, and no lock; nobody else
// uses c.
func (c *Cursor) Load(r *Run) error {
	if c.at == r.At && c.extents != nil {
		return nil
	}
	es, err := r.Seg.readExtents(r.Seg.index, r.index)
	if err != nil {
		return fmt.Errorf("index of segment %s: %w", r.Seg.name(), err)
	}
	if c.at != r.At {
		*c = Cursor{at: r.At}
	}
	c.extents = es
	return nil
}

// Loaded tells whether Window may be called for r without Load.
func (c *Cursor) Loaded(r *Run) bool {
	return r.extents != nil || c.at == r.At && c.extents != nil
}

// Window says what to read of r to find entries from seq on, about max bytes.
// ok is false when there is nothing after seq. Called with the lock of r.
func (c *Cursor) Window(r *Run, seq uint64, max int) (w Window, ok bool) {
	es := r.extents
	if es == nil {
		es = c.extents
	}
	here := c.at == r.At && c.next <= seq
	i, exact := slices.BinarySearchFunc(es, seq, func(e Extent, seq uint64) int {
		if e.First < seq {
			return -1
		}
		return int(min(e.First-seq, 1))
	})
	if !exact && i > 0 {
		i--
	}
	if here && i < len(es) && c.off >= es[i].End {
		i++
	}
	if i >= len(es) {
		return w, false
	}
	w = Window{seg: r.Seg, run: r.At, log: r.Log, lane: r.Lane, from: seq, off: es[i].Off, end: es[i].End}
	w.want = uint64(min(max, readMost))
	if here && c.off > w.off {
		w.off = c.off
	}
	for _, e := range es[i+1:] {
		if e.Off-w.end > extentGap || w.end-w.off >= w.want {
			break
		}
		w.end = e.End
	}
	w.end = min(w.end, uint64(r.Seg.written.Load()))
	return w, w.off < w.end
}

// Read appends the entries of the window to dst. They alias fresh memory. The
// cursor then stands after the last. The caller holds a reference to the
// segment, and no lock.
func (w Window) Read(dst []Put) (puts []Put, c Cursor, err error) {
	size := min(w.end-w.off, max(w.want, readLeast))
	for {
		buf := make([]byte, size)
		if _, err := w.seg.readAt(buf, int64(w.off)); err != nil {
			return dst, c, err
		}
		puts, n, err := w.parse(dst, buf)
		if n > 0 || err != nil {
			c = Cursor{at: w.run, off: w.off + uint64(n)}
			return puts, c, err
		}
		if size == w.end-w.off {
			return dst, c, w.damaged(w.off)
		}
		size = w.end - w.off
	}
}

// parse decodes the whole records in buf, and says how many bytes they are. It
// stops when the payloads are what was wanted: small records may share large
// ones.
func (w Window) parse(dst []Put, buf []byte) (puts []Put, n int, err error) {
	for have := uint64(0); n < len(buf) && have < w.want; {
		r, size, err := next(w.seg.seed, buf[n:])
		if errors.Is(err, errShort) {
			return dst, n, nil
		}
		if err != nil {
			return dst, n, w.damaged(w.off + uint64(n))
		}
		before := len(dst)
		if dst, err = w.put(dst, r, buf); err != nil {
			return dst, n, err
		}
		for _, p := range dst[before:] {
			have += uint64(len(p.Payload))
		}
		n += size
	}
	return dst, n, nil
}

// put appends r if it is an entry of the run's lane that was asked for.
func (w Window) put(dst []Put, r Record, buf []byte) ([]Put, error) {
	if r.Kind != KindPut || r.Lane != w.lane {
		return dst, nil
	}
	var p Put
	if !p.parse(r) {
		return dst, w.damaged(w.off)
	}
	if p.Log != w.log || p.Seq < w.from {
		return dst, nil
	}
	if r.Flags&flagShared != 0 {
		var err error
		if p.Payload, err = w.payload(p.shared, buf); err != nil {
			return dst, err
		}
	}
	return append(dst, p), nil
}

// payload finds a shared payload, in buf if it is there.
func (w Window) payload(s shared, buf []byte) (p []byte, err error) {
	limit := uint64(w.seg.written.Load())
	if s.off > limit || s.size > limit-s.off {
		return nil, w.damaged(s.off)
	}
	if s.off >= w.off && s.off+s.size <= w.off+uint64(len(buf)) {
		from := s.off - w.off
		p = buf[from : from+s.size : from+s.size]
	} else {
		p = make([]byte, s.size)
		if _, err := w.seg.readAt(p, int64(s.off)); err != nil {
			return nil, err
		}
	}
	if Sum(p) != s.sum {
		return nil, w.damaged(s.off)
	}
	return p, nil
}

func (w Window) damaged(off uint64) error {
	return fmt.Errorf("segment %s at %d: %w", w.seg.name(), off, errDamaged)
}

// Stand sets the entry that c stands before; the extents of its run, once
// loaded, are taken over from old.
func (c *Cursor) Stand(next uint64, old Cursor) {
	c.next = next
	if old.at == c.at {
		c.extents = old.extents
	}
}
