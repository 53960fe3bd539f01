package perf

import (
	"bytes"
	"math"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// loop is a connection on which the same bytes come again and again, and what
// is written is counted.
type loop struct {
	net.Conn
	bytes   []byte
	at      int
	again   func() // called when all were read, before they come again
	written int
}

func (l *loop) Read(b []byte) (n int, err error) {
	for n < len(b) {
		m := copy(b[n:], l.bytes[l.at:])
		n += m
		if l.at += m; l.at == len(l.bytes) {
			l.at = 0
			if l.again != nil {
				l.again()
			}
		}
	}
	return n, nil
}

func (l *loop) Write(b []byte) (int, error) {
	l.written += len(b)
	return len(b), nil
}

func (*loop) SetDeadline(time.Time) error { return nil }

// benchProducer publishes messages of a size to a loop.
func benchProducer(size, window int) (*producer, *loop) {
	l := newLoad()
	l.Queue, l.SizeBytes, l.Window = "perf", size, window
	conn := &loop{bytes: amqp.AppendAck(nil, 1, 0, true)} // of all there are
	p := &producer{
		Conn: dial.New(conn), left: math.MaxInt, random: rand.New(rand.NewPCG(1, 2)),
		batch: make([]byte, 0, maxBatch+4096), confirms: new(histogram),
		wake: make(chan struct{}, 1), heard: make(chan struct{}),
	}
	o := newOutlet(l, newPlan(l), 1, 0, 7, amqp.DefaultFrameMax)
	if window > 0 {
		o.window = newWindow(window, p.confirms)
	}
	p.outlets = []*outlet{o}
	return p, conn
}

// benchConsumer consumes numbered messages of a size from a loop.
func benchConsumer(size, ackEvery int) *consumer {
	messages := 1000
	if size > 1<<16 {
		messages = 10
	}
	var wire []byte
	var bodies []int // where they are, if they are numbered
	header := amqp.AppendContentHeader(nil, amqp.BasicClass, uint64(size), &amqp.Properties{})
	for n := range messages {
		body := make([]byte, size)
		stamp{run: 7, seq: uint32(n), at: 1}.put(body)
		wire = amqp.AppendDeliver(wire, 1, "perf-1", uint64(n+1), false, "", "perf")
		wire = amqp.AppendContent(wire, 1, header, nil, 0)
		bodies = append(bodies, len(wire)+amqp.FrameOverhead-1)
		wire = append(wire, amqp.AppendContent(nil, 1, header, body, amqp.DefaultFrameMax)[len(header)+amqp.FrameOverhead:]...)
	}
	conn := &loop{bytes: wire}
	conn.again = func() {
		for _, at := range bodies {
			if size >= numberedSize {
				s, _ := parseStamp(wire[at : at+numberedSize])
				s.seq += uint32(messages)
				s.put(wire[at : at+numberedSize])
			}
		}
	}
	g := newLedger(7, 1, []string{"perf"})
	return &consumer{
		Conn: dial.New(conn), ledger: g, left: -1, ackEvery: ackEvery, latency: new(histogram),
		inlets: []*inlet{{book: g.books[0], number: 1, last: make([]uint32, 1)}},
	}
}

// TestAllocations: what is done once a message allocates nothing.
func TestAllocations(t *testing.T) {
	for _, size := range []int{0, 16, 1024, 150_000} {
		p, conn := benchProducer(size, 0)
		confirmed, _ := benchProducer(size, 100)
		heard := &listener{producer: confirmed, returns: make([]content, 1)}
		auto, acked := benchConsumer(size, 0), benchConsumer(size, 3)
		for name, f := range map[string]func() error{
			"publish": func() error { n, _ := p.fill(now()); return p.flush(n) },
			"publish and confirm": func() error {
				n, _ := confirmed.fill(now())
				if err := confirmed.flush(n); err != nil {
					return err
				}
				_, err := heard.step()
				return err
			},
			"consume":         func() error { return auto.step(t.Context()) },
			"consume and ack": func() error { return acked.step(t.Context()) },
		} {
			for range 20 { // buffers grow to what they have to be
				if err := f(); err != nil {
					t.Fatal(name, err)
				}
			}
			if n := testing.AllocsPerRun(10, func() { f() }); n != 0 {
				t.Errorf("%s of %d bytes: %v allocations a batch", name, size, n)
			}
		}
		if auto.ledger.doubled+auto.ledger.disordered+auto.ledger.redelivered > 0 {
			t.Errorf("%d bytes: what came in order is faulted: %q", size, auto.ledger.examples)
		}
		if conn.written < 20*size || p.sent.Load() == 0 || auto.received.Load() == 0 || confirmed.confirmed.Load() == 0 {
			t.Errorf("%d bytes: nothing was done", size)
		}
	}
}

// TestBatch: what a producer writes is what a broker reads.
func TestBatch(t *testing.T) {
	for _, size := range []int{0, 7, 8, 15, 16, 5000, 200_000} {
		p, _ := benchProducer(size, 0)
		n, _ := p.fill(12345)
		r := amqp.NewReader(bytes.NewReader(p.batch))
		for seq := range n {
			f, err := r.Next()
			var m amqp.BasicPublish
			if err != nil || m.Parse(f.Payload) != nil || string(m.RoutingKey) != "perf" {
				t.Fatalf("%d bytes, message %d: %v, %+v", size, seq, err, m)
			}
			var c content
			c.begin()
			f, err = r.Next()
			for done := c.header(f.Payload); !done && err == nil; done = c.body(f.Payload) {
				f, err = r.Next()
			}
			s, ok := parseStamp(c.stamp[:c.got])
			want := stamp{run: 7, seq: uint32(seq), at: 12345}
			if size < stampSize {
				want.at = 0
			}
			if err != nil || ok != (size >= numberedSize) || ok && s != want {
				t.Fatalf("%d bytes, message %d: %v, %+v", size, seq, err, s)
			}
		}
		if _, err := r.Next(); n == 0 || err == nil {
			t.Errorf("%d bytes: %d messages, and more", size, n)
		}
	}
}

// The cost of a message here, without that of the system's sockets:
//
//	go test -run '^$' -bench . ./perf
func BenchmarkPublish(b *testing.B) {
	p, _ := benchProducer(16, 0)
	b.ReportAllocs()
	for done := 0; done < b.N; {
		n, _ := p.fill(now())
		if err := p.flush(n); err != nil {
			b.Fatal(err)
		}
		done += n
	}
}

func BenchmarkConsume(b *testing.B) {
	c := benchConsumer(16, 0)
	b.ReportAllocs()
	for c.received.Load() < uint64(b.N) {
		if err := c.step(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}
