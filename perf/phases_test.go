package perf

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

func TestPhases(t *testing.T) {
	p := phases{{100, time.Second}, {0, 2 * time.Second}, {50, time.Second}}
	for _, tt := range []struct {
		since time.Duration
		value float64
		left  time.Duration
	}{
		{0, 100, time.Second},
		{time.Second - 1, 100, 1},
		{time.Second, 0, 2 * time.Second},
		{3500 * time.Millisecond, 50, 500 * time.Millisecond},
		{4 * time.Second, 100, time.Second},
		{41 * time.Second, 0, 2 * time.Second},
	} {
		if value, left := p.at(tt.since); value != tt.value || left != tt.left {
			t.Errorf("after %v: %v for %v, want %v for %v", tt.since, value, left, tt.value, tt.left)
		}
	}
}

// TestVariablePace: each second has as many as its phase says, and what a pause
// held back is not made up for.
func TestVariablePace(t *testing.T) {
	p := pace{phases: phases{{1000, time.Second}, {0, time.Second}, {100, time.Second}}}
	var done [6]int
	for at := time.Duration(0); at < 6*time.Second; at += time.Millisecond {
		n, wait := p.due(int64(at) + 1)
		if n == 0 && wait <= 0 {
			t.Fatalf("after %v nothing is due, and no wait", at)
		}
		p.did(n)
		done[at/time.Second] += n
	}
	for i, want := range []int{1000, 0, 100, 1000, 0, 100} {
		if done[i] < want-1 || done[i] > want+1 {
			t.Errorf("%d in second %d, want %d", done[i], i, want)
		}
	}
}

// TestVariableSize: header and body of each message have the size of its phase.
func TestVariableSize(t *testing.T) {
	l := newLoad()
	l.Queue, l.VariableSize = "q", phases{{20, time.Second}, {0, time.Second}, {300_000, time.Second}}
	o := newOutlet(l, newPlan(l), 1, 0, 1, amqp.DefaultFrameMax)
	for second, want := range []int{20, 0, 300_000, 20} {
		batch, n := o.fill(nil, 1, int64(second)*int64(time.Second)+1, rand.New(rand.NewPCG(1, 2)))
		if n != 1 {
			t.Fatalf("%d messages", n)
		}
		if told, body := sizes(t, batch); told != want || body != want {
			t.Errorf("in second %d the header tells %d bytes, and there are %d, want %d", second, told, body, want)
		}
	}
}

// sizes are the bytes of body that the frames of a message announce, and have.
func sizes(t *testing.T, batch []byte) (told, body int) {
	t.Helper()
	for in := amqp.NewReader(bytes.NewReader(batch)); ; {
		f, err := in.Next()
		if err != nil {
			return told, body
		}
		switch f.Type {
		case amqp.FrameHeader:
			var h amqp.ContentHeader
			if err := amqp.ParseContentHeader(f.Payload, &h); err != nil {
				t.Fatal(err)
			}
			told = int(h.BodySize)
		case amqp.FrameBody:
			body += len(f.Payload)
		}
	}
}
