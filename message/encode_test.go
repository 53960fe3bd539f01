package message

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

const golden = "testdata/meta.txt"

var stored = []struct {
	name string
	m    Message
}{
	{"nothing", Message{Expiration: -1}},
	{"usual", Message{"orders", "order.new", header(amqp.Properties{DeliveryMode: 2}), []byte("body"), true, 0, -1}},
	{"expiring", Message{"", "q", header(amqp.Properties{Priority: 9, Expiration: "60000"}), []byte("body"), false, 9, 60000}},
	{"expired at once", Message{"e", "", header(amqp.Properties{Expiration: "0"}), nil, false, 0, 0}},
	{"long names", Message{strings.Repeat("e", 255), strings.Repeat("k", 255), header(amqp.Properties{}), nil, false, 255, 1<<63 - 1}},
}

// TestMetaGolden keeps what is on disk readable: these bytes never change
// within a version.
func TestMetaGolden(t *testing.T) {
	var b strings.Builder
	for _, s := range stored {
		fmt.Fprintf(&b, "%s: %s\n", s.name, hex.EncodeToString(s.m.AppendMeta(nil)))
	}
	if *rewrite {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("meta data changed:\n%swant\n%s", b.String(), want)
	}
}

func TestDecodeGivesBackWhatWasStored(t *testing.T) {
	for _, s := range stored {
		var got Message
		if err := Decode(&got, s.m.AppendMeta([]byte{1, 2, 3})[3:], s.m.Payload()); err != nil {
			t.Errorf("%s: %v", s.name, err)
			continue
		}
		if len(got.Header) == 0 {
			got.Header = s.m.Header // nil or empty is the same
		}
		if !reflect.DeepEqual(got, s.m) {
			t.Errorf("%s: %+v, want %+v", s.name, got, s.m)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := stored[2].m.AppendMeta(nil)
	names := len(good) - len(stored[2].m.Header)
	for n := range names {
		m := Message{Priority: 42}
		if err := Decode(&m, good[:n], nil); err == nil || m.Priority != 42 {
			t.Errorf("cut to %d bytes: %v, %+v", n, err, m)
		}
	}
	for name, meta := range map[string][]byte{
		"other version":   {2, 0, 0, 0, 0},
		"unknown flag":    {1, 4, 0, 0, 0},
		"huge length":     {1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
		"huge expiration": {1, 2, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0},
	} {
		if err := Decode(&Message{}, meta, nil); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestStoringAllocatesNothing(t *testing.T) {
	m := stored[1].m
	buf := make([]byte, 0, 256)
	var got Message
	if n := testing.AllocsPerRun(100, func() {
		if err := Decode(&got, m.AppendMeta(buf), m.Body); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations to store a message and read it back", n)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range stored {
		f.Add(s.m.AppendMeta(nil))
	}
	f.Fuzz(func(t *testing.T, meta []byte) {
		var m, again Message
		if Decode(&m, meta, nil) != nil {
			return
		}
		b := m.AppendMeta(nil)
		if err := Decode(&again, b, nil); err != nil || !reflect.DeepEqual(m, again) {
			t.Errorf("%x reads as %+v, and that as %+v, %v", meta, m, again, err)
		}
		if len(b) > len(meta) || len(b) == len(meta) && !bytes.Equal(b, meta) {
			t.Errorf("%x is stored as %x", meta, b) // a uvarint may be written longer than it need be, not otherwise
		}
	})
}

func BenchmarkAppendMeta(b *testing.B) {
	m := stored[1].m
	buf := make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		m.AppendMeta(buf)
	}
}

func BenchmarkDecode(b *testing.B) {
	meta := stored[1].m.AppendMeta(nil)
	var m Message
	b.ReportAllocs()
	for b.Loop() {
		if err := Decode(&m, meta, nil); err != nil {
			b.Fatal(err)
		}
	}
}
