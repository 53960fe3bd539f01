package amqp

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
)

// readAll reads a stream of frames, payloads copied.
func readAll(t *testing.T, stream []byte) (frames []Frame) {
	t.Helper()
	r := NewReader(bytes.NewReader(stream))
	r.SetFrameMax(0)
	for {
		f, err := r.Next()
		if err == io.EOF {
			return frames
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Payload = bytes.Clone(f.Payload)
		frames = append(frames, f)
	}
}

// TestAppendMethods: the functions with arguments write what AppendMethod does
// of the struct.
func TestAppendMethods(t *testing.T) {
	before := []byte("before")
	for _, tt := range []struct {
		got []byte
		m   Method
	}{
		{AppendDeliver(before, 7, "tag", 9, true, "x", "k"), &BasicDeliver{"tag", 9, true, "x", "k"}},
		{AppendGetOk(before, 7, 9, true, "x", "k", 3), &BasicGetOk{9, true, "x", "k", 3}},
		{AppendReturn(before, 7, NoRoute, "NO_ROUTE", "x", "k"), &BasicReturn{NoRoute, "NO_ROUTE", "x", "k"}},
		{AppendAck(before, 7, 9, true), &BasicAck{9, true}},
		{AppendNack(before, 7, 9, true), &BasicNack{9, true, false}},
	} {
		if want := AppendMethod(before, 7, tt.m); !bytes.Equal(tt.got, want) {
			t.Errorf("%s:\n%x, want\n%x", tt.m.ID(), tt.got, want)
		}
		frames := readAll(t, tt.got[len(before):])
		if m, err := ParseMethod(frames[0].Payload); len(frames) != 1 || frames[0].Channel != 7 || !reflect.DeepEqual(m, tt.m) {
			t.Errorf("%d frames, %#v, %v", len(frames), m, err)
		}
	}
}

func TestAppendHeartbeat(t *testing.T) {
	if got := fmt.Sprintf("%x", AppendHeartbeat(nil)); got != "08000000000000ce" {
		t.Error(got)
	}
}

func TestAppendContent(t *testing.T) {
	header := AppendContentHeader(nil, BasicClass, 0, &Properties{DeliveryMode: 2})
	for _, tt := range []struct {
		body     int
		frameMax uint32
		pieces   string // sizes of the body frames
	}{
		{0, 4096, "[]"},
		{1, 4096, "[1]"},
		{4088, 4096, "[4088]"},
		{4089, 4096, "[4088 1]"},
		{9000, 4096, "[4088 4088 824]"},
		{300000, 0, "[300000]"},
		{3, FrameOverhead, "[3]"}, // no room for a body: as good as no limit
		{3, FrameOverhead + 1, "[1 1 1]"},
	} {
		body := bytes.Repeat([]byte("b"), tt.body)
		frames := readAll(t, AppendContent(nil, 3, header, body, tt.frameMax))
		if frames[0].Type != FrameHeader || !bytes.Equal(frames[0].Payload, header) {
			t.Errorf("body %d: first frame %v", tt.body, frames[0])
		}
		sizes, joined := []int{}, []byte{}
		for _, f := range frames[1:] {
			sizes, joined = append(sizes, len(f.Payload)), append(joined, f.Payload...)
			if f.Type != FrameBody || f.Channel != 3 {
				t.Errorf("body %d: frame type %d on channel %d", tt.body, f.Type, f.Channel)
			}
		}
		if fmt.Sprint(sizes) != tt.pieces || !bytes.Equal(joined, body) {
			t.Errorf("body %d, frame-max %d: pieces %v, want %s", tt.body, tt.frameMax, sizes, tt.pieces)
		}
	}
}

// TestLongNamesAreCut: a name no peer could have sent does not break the frame.
func TestLongNamesAreCut(t *testing.T) {
	frames := readAll(t, AppendDeliver(nil, 1, "t", 1, false, strings.Repeat("x", 300), "k"))
	var m BasicDeliver
	if err := m.Parse(frames[0].Payload); err != nil || len(m.Exchange) != 255 || m.RoutingKey != "k" {
		t.Errorf("exchange of %d bytes, routing key %q, %v", len(m.Exchange), m.RoutingKey, err)
	}
}
