package store

import (
	"bytes"
	"testing"

	"github.com/hutchmq/hutchmq/store/journal"
)

func FuzzState(f *testing.F) {
	l := &log{id: 3, mark: 4, pages: 5}
	s := &journal.Segment{Number: 6, Size: 1 << 20}
	for seq := uint64(1); seq < 9; seq += 2 {
		l.needLane(2).add(3, s, journal.Placed{Seq: seq, Off: seq * 100, Size: 90, Payload: 50, Lane: 2})
	}
	l.count(3, 7)
	l.count(7, 1<<30)
	body, ok := l.appendState(nil)
	if !ok {
		f.Fatal("four entries live, and there is no state")
	}
	f.Add(body)
	f.Fuzz(func(t *testing.T, b []byte) {
		s, ok := parseState(b)
		for _, r := range s.runs {
			if ok && (r.Floor > r.Last+1 || r.First > r.Floor || r.Live > int(r.Last-r.First+1)) {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func FuzzSpans(f *testing.F) {
	l := &log{id: 3}
	f.Add(l.appendSpans(nil, []span{{5, 9}, {1, 1}, {100, 1 << 40}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		parseSpans(b, func(log uint64, s span) {
			if s.from > s.to {
				t.Fatalf("%+v", s)
			}
		})
	})
}

func FuzzPage(f *testing.F) {
	puts := []journal.Put{{Log: 1, Seq: 5, Meta: []byte("m"), Payload: []byte("p")}, {Log: 1, Seq: 7, Expiry: 9}}
	number := uint64(3)
	run := journal.NewRun(1, &journal.Segment{Number: 2}, journal.Placed{Seq: 5, Size: 10})
	page := split(run, puts, &number)[0]
	f.Add(page.encode(), page.summary())
	f.Fuzz(func(t *testing.T, value, summary []byte) {
		value, summary = bytes.Clone(value), bytes.Clone(summary) // they are the fuzzer's
		for _, b := range [][]byte{value, summary} {
			if len(b) >= 4 {
				sum := journal.Sum(b[4:])
				b[0], b[1], b[2], b[3] = byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24)
			}
		}
		list, _ := parsePage(value, nil)
		for _, p := range list {
			if len(p.Payload)+len(p.Meta) > len(value) {
				t.Fatalf("entry %d is larger than its page", p.Seq)
			}
		}
		r, err := parseSummary(1, 3, summary)
		if err == nil && (r.Live > r.Count || r.Floor > r.Last+1) {
			t.Fatalf("%+v", r)
		}
	})
}

func TestSpansComeBack(t *testing.T) {
	l := &log{id: 1 << 50}
	want := []span{{5, 9}, {1, 1}, {1 << 62, 1<<63 + 7}, {0, 0}}
	i := 0
	ok := parseSpans(l.appendSpans(nil, want), func(log uint64, s span) {
		if log != l.id || s != want[i] {
			t.Fatalf("span %d: %v of log %d, want %v", i, s, log, want[i])
		}
		i++
	})
	if !ok || i != len(want) {
		t.Fatalf("%d spans came back of %d, %v", i, len(want), ok)
	}
}
