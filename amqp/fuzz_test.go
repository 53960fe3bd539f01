package amqp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"testing"
	"testing/iotest"
)

// seed adds the examples of a file in testdata/wire to the corpus.
func seed(f *testing.F, file string) {
	for _, ex := range readExamples(f, "testdata/wire/"+file+".txt") {
		if len(ex.wire) < 1000 {
			f.Add(ex.wire)
		}
	}
}

// FuzzFrame compares the Reader, fed byte by byte and at once, with a reading
// of the stream straight from the picture of a frame.
func FuzzFrame(f *testing.F) {
	seed(f, "frames")
	f.Add(AppendHeartbeat(message(10)))
	f.Fuzz(func(t *testing.T, stream []byte) {
		slow := NewReader(iotest.OneByteReader(bytes.NewReader(stream)))
		fast := NewReader(bytes.NewReader(stream))
		slow.SetFrameMax(FrameMinSize)
		fast.SetFrameMax(FrameMinSize)
		for {
			want, rest, wantErr := naiveFrame(stream)
			for _, r := range []*Reader{slow, fast} {
				got, err := r.Next()
				if BadFrame.Is(err) {
					err = errBadFrame
				}
				if !errors.Is(err, wantErr) || err == nil && !reflect.DeepEqual(got, want) {
					t.Fatalf("read %v, %v; want %v, %v", got, err, want, wantErr)
				}
			}
			if wantErr != nil {
				return
			}
			stream = rest
		}
	})
}

var errBadFrame = errors.New("bad frame")

func naiveFrame(b []byte) (f Frame, rest []byte, err error) {
	if len(b) == 0 {
		return f, nil, io.EOF
	}
	if len(b) < 7 {
		return f, nil, io.ErrUnexpectedEOF
	}
	size := int(binary.BigEndian.Uint32(b[3:]))
	if size > FrameMinSize {
		return f, nil, errBadFrame
	}
	if len(b) < size+8 {
		return f, nil, io.ErrUnexpectedEOF
	}
	known := bytes.IndexByte([]byte{FrameMethod, FrameHeader, FrameBody, FrameHeartbeat}, b[0]) >= 0
	if b[7+size] != FrameEnd || !known {
		return f, nil, errBadFrame
	}
	return Frame{b[0], binary.BigEndian.Uint16(b[1:]), b[7 : 7+size]}, b[8+size:], nil
}

// FuzzMethod: what reads is written and reads again the same; what does not
// read is an *Error that closes the connection.
func FuzzMethod(f *testing.F) {
	seed(f, "methods")
	f.Fuzz(func(t *testing.T, payload []byte) {
		m, err := ParseMethod(payload)
		if err != nil {
			if e, ok := err.(*Error); !ok || !e.Hard {
				t.Fatalf("error %#v", err)
			}
			return
		}
		wire := m.Append(nil)
		again, err := ParseMethod(wire)
		if err != nil || again.ID() != m.ID() || !bytes.Equal(again.Append(nil), wire) {
			t.Fatalf("%#v, read again %#v, %v", m, again, err)
		}
	})
}

// FuzzTable: CheckTable, ParseTable and EachField agree, and what is written
// reads again the same.
func FuzzTable(f *testing.F) {
	seed(f, "tables")
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := ParseTable(b)
		if check := CheckTable(b); (check == nil) != (err == nil) {
			t.Fatalf("CheckTable %v, ParseTable %v", check, err)
		}
		if err != nil {
			return
		}
		EachField(b, func(key []byte, _ RawValue) bool {
			first, ok := Lookup(b, string(key))
			x, err := first.Value()
			if !ok || err != nil || !bytes.Equal(appendValue(nil, x), appendValue(nil, table[string(key)])) {
				t.Fatalf("%q: looked up %#v, %v, in the table %#v", key, x, err, table[string(key)])
			}
			return true
		})
		if err := table.Check(); err != nil {
			t.Fatal(err)
		}
		wire := content(table)
		again, err := ParseTable(wire)
		if err != nil || !bytes.Equal(content(again), wire) {
			t.Fatalf("%v, read again %v, %v", table, again, err)
		}
	})
}

// FuzzProperties: ParseContentHeader and ParseProperties agree, what is written
// reads again the same, replacing the headers by themselves changes nothing
// else, and setting one of them changes just that.
func FuzzProperties(f *testing.F) {
	seed(f, "headers")
	f.Add(AppendContentHeader(nil, BasicClass, 5, &everything))
	f.Fuzz(func(t *testing.T, payload []byte) {
		var h ContentHeader
		p, err := ParseProperties(payload)
		if quick := ParseContentHeader(payload, &h); (quick == nil) != (err == nil) {
			t.Fatalf("ParseContentHeader %v, ParseProperties %v", quick, err)
		}
		rewritten := ReplaceHeadersNoExpiration([]byte("before"), payload, p.Headers)
		if err != nil {
			return
		}
		if !bytes.Equal(HeadersTable(payload), h.Headers) || string(h.Expiration) != p.Expiration || h.Priority != p.Priority {
			t.Fatalf("%+v and %+v", h, p)
		}
		if string(Property(payload, HasMessageID)) != p.MessageID || string(Property(payload, HasClusterID)) != p.ClusterID {
			t.Fatalf("%+v and %x", p, payload)
		}
		wire := AppendContentHeader(nil, h.Class, h.BodySize, &p)
		again, err := ParseProperties(wire)
		if err != nil || !bytes.Equal(AppendContentHeader(nil, h.Class, h.BodySize, &again), wire) {
			t.Fatalf("%+v, read again %+v, %v", p, again, err)
		}
		got, err := ParseProperties(rewritten[len("before"):])
		p.Expiration, p.Present = "", p.Present&^HasExpiration
		if p.Headers == nil {
			p.Present &^= HasHeaders
		}
		want := AppendContentHeader(nil, h.Class, h.BodySize, &p)
		if err != nil || !bytes.Equal(AppendContentHeader(nil, h.Class, h.BodySize, &got), want) {
			t.Fatalf("rewritten %+v, want %+v, %v", got, p, err)
		}
		counted, err := ParseProperties(SetHeader(nil, payload, "x-n", -1))
		if delete(p.Headers, "x-n"); err != nil || counted.Headers["x-n"] != int64(-1) || len(counted.Headers) != len(p.Headers)+1 {
			t.Fatalf("set in %+v: %+v, %v", p, counted, err)
		}
	})
}
