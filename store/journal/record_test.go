package journal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"
)

// item is meta data and payload.
type item struct{ meta, payload []byte }

func (i item) AppendMeta(dst []byte) []byte { return append(dst, i.meta...) }
func (i item) Payload() []byte              { return i.payload }

// record encodes p as a record of a segment with this seed.
func record(seed uint32, p Put) []byte {
	b := open(nil, KindPut, p.flags(), p.Lane)
	b = p.appendHead(b, item{p.Meta, p.Payload})
	b = append(b, p.Payload...)
	seal(seed, b, 0)
	return b
}

func TestRecordGolden(t *testing.T) {
	for _, c := range []struct {
		name string
		put  Put
		want string
	}{
		{"plain", Put{Log: 1, Seq: 2, Time: 3, Meta: []byte("m"), Payload: []byte("body")},
			"0c000000bfae5052010000010206016d626f6479"},
		{"all", Put{Log: 300, Seq: 1 << 40, Lane: 9, Transient: true, Time: 1, Expiry: 2},
			"0e000000cc3a6a74" + "010309" + "ac02" + "808080808020" + "02" + "04" + "00"},
	} {
		got := record(seedOf(1), c.put)
		if want, _ := hex.DecodeString(c.want); !bytes.Equal(got, want) {
			t.Errorf("%s: %x, want %s", c.name, got, c.want)
		}
	}
}

func TestRecordOfAnotherUse(t *testing.T) {
	b := record(seedOf(1), Put{Log: 1, Seq: 2, Payload: []byte("body")})
	if _, _, err := next(seedOf(2), b); !errors.Is(err, errBad) {
		t.Fatalf("a recycled record was accepted: %v", err)
	}
	if _, _, err := next(seedOf(1), b[:len(b)-1]); !errors.Is(err, errShort) {
		t.Fatalf("a cut record: %v", err)
	}
	for i := range b {
		for bit := range 8 {
			b[i] ^= 1 << bit
			if _, _, err := next(seedOf(1), b); err == nil {
				t.Fatalf("bit %d of byte %d flipped, and accepted", bit, i)
			}
			b[i] ^= 1 << bit
		}
	}
}

func TestLongMeta(t *testing.T) {
	for _, size := range []int{0, 1, 127, 128, 16383, 16384, 100_000} {
		want := Put{Log: 1, Seq: 2, Lane: 3, Time: -4, Expiry: 5, Meta: bytes.Repeat([]byte{'m'}, size), Payload: []byte("p")}
		got, ok := ParsePut(AppendPut(nil, &want))
		if !ok || !bytes.Equal(got.Meta, want.Meta) || !bytes.Equal(got.Payload, want.Payload) || got.Expiry != 5 || got.Time != -4 || got.Lane != 3 {
			t.Fatalf("%d bytes of meta data: read back %d, %v", size, len(got.Meta), ok)
		}
	}
}

func FuzzRecord(f *testing.F) {
	f.Add(record(seedOf(1), Put{Log: 1, Seq: 2, Time: 3, Meta: []byte("m"), Payload: []byte("body")}))
	f.Add(record(seedOf(1), Put{Log: 1, Seq: 2, Expiry: 3, Transient: true}))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = bytes.Clone(b) // it is the fuzzer's
		if len(b) >= frameBytes+tagBytes && le32(b) == uint32(len(b)-frameBytes) {
			seal(seedOf(1), b, 0) // past the checksum, to the parsers
		}
		r, n, err := next(seedOf(1), b)
		if err != nil {
			return
		}
		if n > len(b) || len(r.Body) != n-frameBytes-tagBytes {
			t.Fatalf("a record of %d bytes with a body of %d, in %d", n, len(r.Body), len(b))
		}
		var p Put
		if p.parse(r) && len(p.Meta)+len(p.Payload) > len(r.Body) {
			t.Fatalf("%d bytes of meta data and %d of payload in %d", len(p.Meta), len(p.Payload), len(r.Body))
		}
	})
}

func FuzzPut(f *testing.F) {
	f.Add(AppendPut(nil, &Put{Log: 1, Seq: 2, Time: 3, Meta: []byte("m"), Payload: []byte("body")}))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, ok := ParsePut(b)
		if !ok {
			return
		}
		again, ok := ParsePut(AppendPut(nil, &p))
		if !ok || again.Seq != p.Seq || !bytes.Equal(again.Payload, p.Payload) || !bytes.Equal(again.Meta, p.Meta) {
			t.Fatalf("%+v became %+v", p, again)
		}
	})
}

func FuzzIndex(f *testing.F) {
	s := &Segment{Number: 1, Size: 1 << 20}
	s.setID(5)
	x := &Index{seg: s}
	x.Add(NewRun(3, s, Placed{Seq: 9, Off: 36, Size: 100, Payload: 50}))
	f.Add(x.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		b = bytes.Clone(b) // it is the fuzzer's
		if len(b) >= indexHeaderBytes {
			copy(b, x.encode()[:12])
			sum := Sum(b[indexHeaderBytes:])
			b[16], b[17], b[18], b[19] = byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24)
		}
		m, err := s.parseIndex(b)
		if err != nil {
			return
		}
		for _, r := range m.runs {
			if r.Live > r.Count || r.Floor > r.Last+1 || r.First > r.Floor {
				t.Fatalf("%+v", r)
			}
		}
	})
}

func FuzzExtents(f *testing.F) {
	f.Add(appendExtents(nil, []Extent{{36, 100, 5}, {200, 300, 9}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = bytes.Clone(b) // it is the fuzzer's
		if len(b) >= 4 {
			sum := Sum(b[4:])
			b[0], b[1], b[2], b[3] = byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24)
		}
		es, ok := parseExtents(b, 1<<20)
		for i, e := range es {
			if ok && (e.End > 1<<20 || e.Off > e.End || i > 0 && e.Off < es[i-1].End) {
				t.Fatalf("extent %+v", e)
			}
		}
	})
}
