package journal

import (
	"bytes"
	"encoding/binary"
	"io"
	"log/slog"
	"slices"
	"testing"
)

// memory is a file that can be read.
type memory struct {
	File
	*bytes.Reader
}

func (m memory) ReadAt(p []byte, off int64) (int, error) { return m.Reader.ReadAt(p, off) }
func (m memory) Size() (int64, error)                    { return m.Reader.Size(), nil }

// segmentOf makes a segment of records, and says where each of them ends.
func segmentOf(records []Record) (s *Segment, bytes []byte, ends []int) {
	s = &Segment{Number: 1, Size: 64 << 10}
	s.setID(7)
	bytes = s.header(nil)
	for _, r := range records {
		start := len(bytes)
		bytes = append(open(bytes, r.Kind, r.Flags, r.Lane), r.Body...)
		seal(s.seed, bytes, start)
		ends = append(ends, len(bytes))
	}
	return s, append(bytes, make([]byte, int(s.Size)-len(bytes))...), ends
}

// recordsOf makes records of what a fuzzer says. Puts are numbered.
func recordsOf(script []byte) (list []Record) {
	seq := uint64(0)
	for _, b := range script[:min(len(script), 500)] {
		unit := b & flagUnit
		switch b % 5 {
		case 0, 1:
			seq++
			p := Put{Log: uint64(b >> 6), Seq: seq, Transient: b&16 != 0}
			list = append(list, Record{KindPut, p.flags() | unit, b >> 5 & 1, p.appendHead(nil, item{nil, nil})})
		case 2:
			list = append(list, Record{KindSettle, unit, 0, binary.AppendUvarint(nil, seq)})
		case 3:
			list = append(list, Record{KindCount, unit, 0, binary.AppendUvarint(nil, seq)})
		case 4:
			list = append(list, Record{Kind: KindCommit})
		}
	}
	return list
}

// holding lists what holds of intact records, put numbers and control bodies.
func holding(list []Record) (puts []uint64, controls [][]byte) {
	add := func(r Record) {
		var p Put
		switch {
		case r.Kind != KindPut:
			controls = append(controls, r.Body)
		case p.parse(r) && !p.Transient:
			puts = append(puts, p.Seq)
		}
	}
	for i, r := range list {
		if r.Kind == KindCommit {
			continue
		}
		rest := list[i:]
		n := slices.IndexFunc(rest, func(r Record) bool { return r.Flags&flagUnit == 0 })
		if n == 0 || n > 0 && rest[n].Kind == KindCommit {
			add(r)
		}
	}
	return puts, controls
}

// readRun reads all of a run: no extent of it reaches over damage.
func readRun(t *testing.T, r *Run) {
	var c Cursor
	for next := r.First; ; {
		w, ok := c.Window(r, next, readMost)
		if !ok {
			return
		}
		puts, after, err := w.Read(nil)
		if err != nil || len(puts) == 0 {
			t.Fatalf("read %d entries of a run from %d to %d: %v", len(puts), r.First, r.Last, err)
		}
		next = puts[len(puts)-1].Seq + 1
		after.Stand(next, c)
		c = after
	}
}

// FuzzUnits cuts or damages a segment and compares what a scan finds in it.
func FuzzUnits(f *testing.F) {
	f.Add([]byte{0, 10, 12, 8, 4, 2, 10, 11, 13, 1}, uint16(200), true)
	f.Add([]byte{10, 10, 12, 8, 4, 2, 10, 11, 4, 1, 10, 10, 10}, uint16(80), false)
	f.Add([]byte{10, 12, 13, 4, 10, 10, 24, 4, 0, 0}, uint16(1000), true)
	f.Add([]byte{2, 12, 2, 4}, uint16(75), true)
	f.Add([]byte{0, 0, 0, 0}, uint16(60), false)
	f.Fuzz(func(t *testing.T, script []byte, at uint16, last bool) {
		records := recordsOf(script)
		s, b, ends := segmentOf(records)
		hit, _ := slices.BinarySearch(ends, int(at)+1)
		if int(at) < headerBytes || hit == len(ends) {
			return
		}
		whole := bytes.Clone(b)
		if last {
			clear(b[at:])
			if bytes.Equal(b[:ends[hit]], whole[:ends[hit]]) {
				hit++ // it ends with zeros anyway
			}
			records = records[:hit]
		} else {
			b[at] ^= 1
			records = slices.Delete(records, hit, hit+1)
		}
		s.file = memory{Reader: bytes.NewReader(b)}
		v := scan{j: &Journal{o: Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))}}, s: s, open: map[lane]*Run{}}
		if err := v.scan(last); err != nil {
			t.Fatal(err)
		}
		puts, controls := holding(records)
		var got []uint64
		for _, r := range v.runs {
			for seq := r.First; seq <= r.Last; seq++ {
				if r.Has(seq) {
					got = append(got, seq)
				}
			}
			readRun(t, r)
		}
		slices.Sort(got)
		if !slices.Equal(got, puts) {
			t.Fatalf("puts %v, want %v", got, puts)
		}
		for _, list := range [][]Control{v.controls, v.j.readControls(s)} {
			var bodies [][]byte
			for _, c := range list {
				bodies = append(bodies, c.Body)
			}
			if !slices.EqualFunc(bodies, controls, bytes.Equal) {
				t.Fatalf("controls %v, want %v", bodies, controls)
			}
		}
	})
}
