package server

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// sockets are both ends of a TCP connection with small buffers.
func sockets(t *testing.T) (ours, theirs *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	out, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	in, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs = in.(*net.TCPConn), out.(*net.TCPConn)
	ours.SetWriteBuffer(64 << 10)
	theirs.SetReadBuffer(64 << 10)
	t.Cleanup(func() { ours.Close(); theirs.Close() })
	return ours, theirs
}

// sendingTo is a connection of a node that runs, whose socket is nc.
func sendingTo(t *testing.T, nc net.Conn) *connection {
	t.Helper()
	n := newNode(t, testOptions())
	u, err := n.b.Authenticate("guest", "guest")
	if err != nil {
		t.Fatal(err)
	}
	c := newConnection(n.Server, nc)
	c.tuned.frameMax = 128 << 10
	if c.broker, err = n.b.Connect(u, "/", c.describe()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.broker.Close)
	return c
}

// TestSendNeverBlocks: whoever sends does not wait for a peer that does not
// read, and everything arrives in order once it does.
func TestSendNeverBlocks(t *testing.T) {
	const sent = 20_000
	ours, theirs := sockets(t)
	c := sendingTo(t, ours)
	c.out.start()
	m := &message.Message{Header: make([]byte, 14), Body: make([]byte, 200)}
	for i := range sent {
		c.out.mu.Lock()
		c.out.content(item{kind: deliver, channel: 1, consumer: "c", tag: uint64(i + 1), m: m})
		c.out.mu.Unlock()
		c.out.send()
	}
	r := amqp.NewReader(theirs)
	for tag := uint64(1); tag <= sent; {
		f, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if id, _ := amqp.MethodIDOf(f.Payload); f.Type != amqp.FrameMethod || id != amqp.BasicDeliverID {
			continue
		}
		var d amqp.BasicDeliver
		if err := d.Parse(f.Payload); err != nil || d.DeliveryTag != tag {
			t.Fatalf("delivery %d, want %d (%v)", d.DeliveryTag, tag, err)
		}
		tag++
	}
	c.out.stop()
}

// TestSendWritesAtOnce: a lone answer is on the wire when send returns, though
// there is no writer; what comes right after it is left to one.
func TestSendWritesAtOnce(t *testing.T) {
	ours, theirs := sockets(t)
	c := sendingTo(t, ours)
	c.out.tracer = c.broker.Tracer()
	c.out.pen.init(&c.out)
	answer := amqp.AppendMethod(nil, 3, &amqp.BasicQosOk{})
	c.server.began = c.server.began.Add(-time.Hour) // nothing was written for long
	c.out.method(3, &amqp.BasicQosOk{})
	got := make([]byte, len(answer))
	theirs.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.ReadFull(theirs, got); err != nil || !bytes.Equal(got, answer) {
		t.Fatalf("read %x, %v; want %x", got, err, answer)
	}
	c.out.wroteUs = c.server.clockUs() + time.Hour.Microseconds()
	c.out.method(3, &amqp.BasicQosOk{})
	if len(c.out.wake) != 1 || len(c.out.items) != 1 {
		t.Errorf("%d items wait, and the writer was called %d times", len(c.out.items), len(c.out.wake))
	}
}

// TestSendAllocates: to write a little takes a buffer that is borrowed. The race
// detector has the pool lose every fourth.
func TestSendAllocates(t *testing.T) {
	ours, theirs := sockets(t)
	c := sendingTo(t, ours)
	c.out.tracer = c.broker.Tracer()
	c.out.pen.init(&c.out)
	go io.Copy(io.Discard, theirs)
	m := &message.Message{Header: make([]byte, 14), Body: make([]byte, 200)}
	n := testing.AllocsPerRun(1000, func() {
		c.out.wroteUs = 0
		c.out.mu.Lock()
		c.out.content(item{kind: deliver, channel: 1, consumer: "c", tag: 1, m: m})
		c.out.mu.Unlock()
		c.out.send()
	})
	if n > 2 {
		t.Errorf("%.2f allocations", n)
	}
}

// TestLittleIsLittle: messages whose headers are big, and confirms that may
// take a frame each, are left to the writer, since writing them might block.
func TestLittleIsLittle(t *testing.T) {
	ours, _ := sockets(t)
	c := sendingTo(t, ours)
	c.out.tracer = c.broker.Tracer()
	c.out.pen.init(&c.out)
	m := &message.Message{Header: make([]byte, 20<<10), Body: []byte("x")}
	c.out.content(item{kind: deliver, channel: 1, consumer: "c", tag: 1, m: m})
	if c.out.wroteUs = -soonUs; c.out.writeLittle() || len(c.out.items) != 1 {
		t.Error("a header of 20 KiB was written by who had it")
	}
	c.out.items, c.out.bytes = nil, 0
	ch := &channel{c: c, id: 1}
	ch.confirms = confirms{queued: true, states: make([]confirmState, littleConfirms+1)}
	c.out.confirming = []*channel{ch}
	if c.out.wroteUs = -soonUs; c.out.writeLittle() || len(c.out.confirming) != 1 {
		t.Error("many confirms were written by who had them")
	}
}
