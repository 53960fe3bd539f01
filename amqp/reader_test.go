package amqp

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"
	"testing/iotest"
)

// pieces is a stream that gives at most the next of its sizes at each read.
type pieces struct {
	stream []byte
	sizes  []int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.sizes) == 0 {
		return 0, io.EOF
	}
	n := copy(b, p.stream[:p.sizes[0]])
	p.stream = p.stream[n:]
	if p.sizes[0] -= n; p.sizes[0] == 0 {
		p.sizes = p.sizes[1:]
	}
	return n, nil
}

// TestReaderInPieces reads frames of all sizes from a stream cut at random, and
// compares each with what was written.
func TestReaderInPieces(t *testing.T) {
	for range 50 {
		seed := rand.Uint64()
		rnd := rand.New(rand.NewPCG(seed, 0))
		var frames []Frame
		p := new(pieces)
		for range 1 + rnd.IntN(30) {
			payload := make([]byte, rnd.IntN(1<<rnd.IntN(18)))
			fillBytes(rnd, payload)
			f := Frame{FrameBody, uint16(rnd.Uint32()), payload}
			frames = append(frames, f)
			p.stream = appendFrame(p.stream, f.Type, f.Channel, f.Payload)
		}
		for left := len(p.stream); left > 0; left -= p.sizes[len(p.sizes)-1] {
			p.sizes = append(p.sizes, min(left, 1+rnd.IntN(1<<rnd.IntN(20))))
		}
		r := NewReader(p)
		for i, want := range frames {
			ready := r.Ready()
			reads := len(p.stream)
			got, err := r.Next()
			if err != nil || got.Channel != want.Channel || !bytes.Equal(got.Payload, want.Payload) {
				t.Fatalf("seed %d: frame %d: %v", seed, i, err)
			}
			if ready != (len(p.stream) == reads) {
				t.Fatalf("seed %d: frame %d: Ready %v, but %d bytes were read", seed, i, ready, reads-len(p.stream))
			}
		}
		if _, err := r.Next(); err != io.EOF {
			t.Fatalf("seed %d: %v at the end", seed, err)
		}
	}
}

func fillBytes(rnd *rand.Rand, b []byte) {
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
}

// TestReaderBuffers follows the buffer from idle to busy and back.
func TestReaderBuffers(t *testing.T) {
	burst := bytes.Repeat(appendFrame(nil, FrameBody, 1, make([]byte, 1000)), 1000)
	beat := AppendHeartbeat(nil)
	p := &pieces{
		stream: append(burst, bytes.Repeat(beat, 3)...),
		sizes:  []int{len(burst), len(beat), len(beat), len(beat)},
	}
	r := NewReader(p)
	next := func(n, wantBuffer int) {
		t.Helper()
		for range n {
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
		}
		if len(r.buf) != wantBuffer {
			t.Errorf("buffer of %d bytes, want %d", len(r.buf), wantBuffer)
		}
	}
	next(1, smallBuffer)
	next(999, largeBuffer)
	next(1, mediumBuffer)
	next(1, smallBuffer)
	next(1, smallBuffer)
}

func TestReadProtocolHeader(t *testing.T) {
	beat := string(AppendHeartbeat(nil))
	for _, tt := range []struct {
		stream, header string
		err            error
	}{
		{"AMQP\x00\x00\x09\x01" + beat, "AMQP\x00\x00\x09\x01", nil},
		{"GET / HTTP/1.1\r\n", "GET / HT", nil},
		{"AMQ", "AMQ\x00\x00\x00\x00\x00", io.ErrUnexpectedEOF},
		{"", "\x00\x00\x00\x00\x00\x00\x00\x00", io.EOF},
	} {
		r := NewReader(iotest.OneByteReader(bytes.NewReader([]byte(tt.stream))))
		header, err := r.ReadProtocolHeader()
		if string(header[:]) != tt.header || err != tt.err {
			t.Errorf("%q: %q, %v; want %q, %v", tt.stream, header, err, tt.header, tt.err)
		}
	}
}

// TestReadAfterProtocolHeader: nothing behind the header is lost, also when both
// came in one read.
func TestReadAfterProtocolHeader(t *testing.T) {
	r := NewReader(bytes.NewReader(AppendHeartbeat([]byte("AMQP\x00\x00\x09\x01"))))
	if _, err := r.ReadProtocolHeader(); err != nil || !r.Ready() {
		t.Fatalf("error %v, ready %v", err, r.Ready())
	}
	if f, err := r.Next(); f.Type != FrameHeartbeat || err != nil {
		t.Errorf("frame %v, %v", f, err)
	}
}

func TestSetFrameMax(t *testing.T) {
	for _, tt := range []struct {
		frameMax uint32
		payload  int
		ok       bool
	}{
		{4096, 4096, true}, // RabbitMQ's allowance: the payload alone
		{4096, 4097, false},
		{1, 4096, true}, // never less than the specification grants
		{131072, 131072, true},
		{131072, 131073, false},
		{0, 1 << 20, true},
		{0, maxUnlimited + 1, false},
	} {
		r := NewReader(bytes.NewReader(appendFrame(nil, FrameBody, 1, make([]byte, tt.payload))))
		r.SetFrameMax(tt.frameMax)
		f, err := r.Next()
		if tt.ok && (err != nil || len(f.Payload) != tt.payload) || !tt.ok && !BadFrame.Is(err) {
			t.Errorf("frame-max %d, payload %d: %v", tt.frameMax, tt.payload, err)
		}
	}
}

// TestAnnouncedSizeIsNotBelieved: memory grows with what came, not with what a
// peer says will come.
func TestAnnouncedSizeIsNotBelieved(t *testing.T) {
	r := NewReader(bytes.NewReader(AppendFrameHeader(nil, FrameBody, 1, maxUnlimited)))
	r.SetFrameMax(0)
	if _, err := r.Next(); err != io.ErrUnexpectedEOF || len(r.buf) != smallBuffer {
		t.Errorf("error %v, buffer of %d bytes", err, len(r.buf))
	}
}

// TestTimeout: after a deadline the stream is read on where it stopped.
func TestTimeout(t *testing.T) {
	beat := AppendHeartbeat(nil)
	src := io.MultiReader(bytes.NewReader(beat[:3]), iotest.ErrReader(os.ErrDeadlineExceeded))
	r := NewReader(src)
	for range 2 {
		if _, err := r.Next(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("error %v", err)
		}
	}
	r.src = bytes.NewReader(beat[3:])
	if f, err := r.Next(); err != nil || f.Type != FrameHeartbeat {
		t.Errorf("frame %v, %v", f, err)
	}
}

// TestBytesWithError: bytes that come together with an error are read first.
func TestBytesWithError(t *testing.T) {
	r := NewReader(iotest.DataErrReader(bytes.NewReader(AppendHeartbeat(AppendHeartbeat(nil)))))
	for range 2 {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("error %v at the end", err)
		}
	}
}

type emptyStream struct{}

func (emptyStream) Read([]byte) (int, error) { return 0, nil }

func TestNoProgress(t *testing.T) {
	if _, err := NewReader(emptyStream{}).Next(); err != io.ErrNoProgress {
		t.Errorf("error %v", err)
	}
}

// TestBadFrameStays: the frame that breaks the rules is reported again, not
// stepped over.
func TestBadFrameStays(t *testing.T) {
	r := NewReader(bytes.NewReader(AppendHeartbeat(appendFrame(nil, 7, 1, nil))))
	_, first := r.Next()
	if !r.Ready() {
		t.Error("not ready although the error is known")
	}
	if _, again := r.Next(); !BadFrame.Is(first) || !reflect.DeepEqual(first, again) {
		t.Errorf("first %v, then %v", first, again)
	}
}
