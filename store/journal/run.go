package journal

import "cmp"

const (
	runSeqs = 1 << 16 // the most sequence numbers a run spans: bounds its bitmaps
	runGap  = 256     // the most missing numbers a run bridges
)

// Pos is a place in the journal. Places grow with time.
type Pos struct {
	Segment uint64
	Off     uint64
}

// Compare orders places.
func (p Pos) Compare(q Pos) int {
	return cmp.Or(cmp.Compare(p.Segment, q.Segment), cmp.Compare(p.Off, q.Off))
}

// Run is what one segment, or one page elsewhere, holds of one lane of a log:
// ascending sequence numbers and which of them are done. This is all that
// memory keeps of them. A Run has no lock: its user brings one.
type Run struct {
	Log  uint64
	Lane uint8
	At   Pos      // where its first record lies, or lay before it went to a page
	Seg  *Segment // nil when in a page
	Page uint64

	First, Last uint64 // sequence numbers
	Floor       uint64 // the first that is not done; Last+1 when all are
	Live        int    // how many are not done
	Durable     int    // how many, done or not, outlive a restart
	Count       int    // how many, done or not
	Bytes       int64  // of the payloads of all
	Expires     int64  // none expires sooner, Unix milliseconds; 0: none does

	done     bitmap   // from First: settled, or never in this run
	volatile bitmap   // from First: transient; until the segment is sealed
	counts   counts   // from First: deliveries in vain
	counted  bitmap   // from First: whose count is to be recorded
	extents  []Extent // until the segment is sealed
	index    stretch  // where in the index file the extents are, from then on
}

// stretch is a piece of a file.
type stretch struct{ off, size uint32 }

// Placed is an entry that was given its place in a segment.
type Placed struct {
	Seq       uint64
	Off, Size uint64 // of the record, in the segment
	Payload   int    // bytes
	Expiry    int64  // Unix milliseconds; 0 never
	Lane      uint8
	Transient bool
}

// NewRun begins a run in s with p.
func NewRun(log uint64, s *Segment, p Placed) *Run {
	r := &Run{Log: log, Lane: p.Lane, Seg: s}
	r.begin(p)
	return r
}

// begin makes r hold nothing but p, keeping its memory.
func (r *Run) begin(p Placed) {
	r.At = Pos{r.Seg.Number, p.Off}
	r.First, r.Floor, r.Last = p.Seq, p.Seq, p.Seq
	r.Live, r.Durable, r.Count, r.Bytes, r.Expires = 0, 0, 0, 0, 0
	r.done, r.volatile, r.extents = r.done[:0], r.volatile[:0], r.extents[:0]
	r.counts, r.counted = nil, nil
	r.count(p)
}

// Add appends p, which comes after all that r holds. It refuses what does not
// fit; then a new run must begin. A run with nothing live begins anew.
func (r *Run) Add(p Placed) bool {
	if r.Live == 0 {
		r.begin(p)
		return true
	}
	if !Adjacent(r.First, r.Last, p.Seq) {
		return false
	}
	for seq := r.Last + 1; seq < p.Seq; seq++ {
		r.done.set(seq - r.First)
	}
	r.Last = p.Seq
	r.count(p)
	return true
}

func (r *Run) count(p Placed) {
	r.Live++
	r.Count++
	r.Bytes += int64(p.Payload)
	r.Expires = Sooner(r.Expires, p.Expiry)
	r.extents = extend(r.extents, p.Off, p.Size, p.Seq)
	if p.Transient {
		r.volatile.set(p.Seq - r.First)
	} else {
		r.Durable++
	}
}

// Has tells whether seq is in r and not done.
func (r *Run) Has(seq uint64) bool {
	return seq >= r.Floor && seq <= r.Last && !r.done.has(seq-r.First)
}

// Settle marks seq as done and tells whether it was there.
func (r *Run) Settle(seq uint64) bool {
	if !r.Has(seq) {
		return false
	}
	r.Live--
	if seq != r.Floor {
		r.done.set(seq - r.First)
		return true
	}
	r.raise(seq + 1)
	return true
}

// raise moves the floor to seq, and on over all that is done.
func (r *Run) raise(seq uint64) {
	for seq <= r.Last && r.done.has(seq-r.First) {
		seq++
	}
	r.Floor = seq
}

// SettleRange marks all in [from, to] as done and tells how many there were.
func (r *Run) SettleRange(from, to uint64) (n int) {
	from, to = max(from, r.Floor), min(to, r.Last)
	if from > to {
		return 0
	}
	if len(r.done) == 0 && from == r.Floor {
		n = int(to - from + 1)
		r.Live -= n
		r.Floor = to + 1
		return n
	}
	for seq := from; seq <= to; seq++ {
		if r.Settle(seq) {
			n++
		}
	}
	return n
}

// Sooner is the earlier of two times, 0 being never.
func Sooner(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// LiveBytes estimates the payload bytes of what is not done.
func (r *Run) LiveBytes() int64 {
	if r.Live == r.Count {
		return r.Bytes
	}
	return int64(float64(r.Bytes) / float64(r.Count) * float64(r.Live))
}
