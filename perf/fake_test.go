package perf

import (
	"encoding/binary"
	"net"
	"sync"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/amqp/dial"
)

// fake is a broker of one queue for all names, which does one thing wrong.
type fake struct {
	dial.Address
	fault string
	queue chan []byte // contents of messages, ready to be delivered

	mu    sync.Mutex
	conns []net.Conn
	wg    sync.WaitGroup
}

// faultAt is the number of the message that something happens to.
const faultAt = 20

// startFake listens until the test ends.
func startFake(t *testing.T, fault string) *fake {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &fake{Address: dial.Local, fault: fault, queue: make(chan []byte, 1000)}
	b.Host = l.Addr().String()
	b.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			b.mu.Lock()
			b.conns = append(b.conns, conn)
			b.mu.Unlock()
			b.wg.Go(func() { (&fakeConn{fake: b, Conn: conn, in: amqp.NewReader(conn), done: make(chan struct{})}).serve() })
		}
	})
	t.Cleanup(func() {
		l.Close()
		b.mu.Lock()
		for _, c := range b.conns {
			c.Close()
		}
		b.mu.Unlock()
		b.wg.Wait()
	})
	return b
}

// fakeConn is one connection, with one channel.
type fakeConn struct {
	*fake
	net.Conn
	in        *amqp.Reader
	mu        sync.Mutex // of writes
	published uint64
	confirms  bool
	content   []byte // of the message that is being published
	held      []byte // of one that another shall overtake
	left      uint64
	done      chan struct{}
}

func (c *fakeConn) serve() {
	defer close(c.done)
	defer c.Close()
	if _, err := c.in.ReadProtocolHeader(); err != nil {
		return
	}
	if c.fault == "not amqp" {
		c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
		return
	}
	c.answer(0, &amqp.ConnectionStart{VersionMinor: 9, Mechanisms: "PLAIN", ServerProperties: amqp.Table{"product": "fake", "version": "1"}})
	for {
		f, err := c.in.Next()
		if err != nil {
			return
		}
		switch f.Type {
		case amqp.FrameMethod:
			m, err := amqp.ParseMethod(f.Payload)
			if err != nil || !c.method(f.Channel, m) {
				return
			}
		case amqp.FrameHeader:
			c.left = binary.BigEndian.Uint64(f.Payload[4:])
			c.content = amqp.AppendContent(nil, 1, f.Payload, nil, 0)
			c.publishIf(c.left == 0)
		case amqp.FrameBody:
			c.left -= uint64(len(f.Payload))
			c.content = append(amqp.AppendFrameHeader(c.content, amqp.FrameBody, 1, uint32(len(f.Payload))), f.Payload...)
			c.content = append(c.content, amqp.FrameEnd)
			c.publishIf(c.left == 0)
		}
	}
}

func (c *fakeConn) answer(channel uint16, m amqp.Method) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Write(amqp.AppendMethod(nil, channel, m))
}

// method answers a method; false ends the connection.
func (c *fakeConn) method(channel uint16, m amqp.Method) bool {
	switch m := m.(type) {
	case *amqp.ConnectionStartOk:
		switch c.fault {
		case "refuse login":
			c.answer(0, &amqp.ConnectionClose{ReplyCode: amqp.AccessRefused, ReplyText: "ACCESS_REFUSED - no"})
			return false
		case "hang up":
			return false
		}
		c.answer(0, &amqp.ConnectionTune{FrameMax: 4096})
	case *amqp.ConnectionOpen:
		c.answer(0, &amqp.ConnectionOpenOk{})
	case *amqp.ConnectionClose:
		c.answer(0, &amqp.ConnectionCloseOk{})
		return false
	case *amqp.ChannelOpen:
		c.answer(channel, &amqp.ChannelOpenOk{})
	case *amqp.ChannelClose:
		c.answer(channel, &amqp.ChannelCloseOk{})
	case *amqp.QueueDeclare:
		if c.fault == "refuse queue" {
			c.answer(channel, &amqp.ChannelClose{ReplyCode: amqp.PreconditionFailed, ReplyText: "PRECONDITION_FAILED - not that"})
			return true
		}
		c.answer(channel, &amqp.QueueDeclareOk{Queue: m.Queue})
	case *amqp.QueueDelete:
		c.answer(channel, &amqp.QueueDeleteOk{})
	case *amqp.BasicQos:
		c.answer(channel, &amqp.BasicQosOk{})
	case *amqp.ConfirmSelect:
		c.confirms = true
		c.answer(channel, &amqp.ConfirmSelectOk{})
	case *amqp.BasicConsume:
		c.answer(channel, &amqp.BasicConsumeOk{ConsumerTag: m.ConsumerTag})
		if c.fault == "cancel" {
			c.answer(channel, &amqp.BasicCancel{ConsumerTag: m.ConsumerTag})
		}
		c.wg.Go(func() { c.deliver(channel, m.ConsumerTag) })
	}
	return true
}

// publishIf takes a message that is whole.
func (c *fakeConn) publishIf(whole bool) {
	if !whole {
		return
	}
	c.published++
	confirm := c.confirms
	if c.published == faultAt {
		switch c.fault {
		case "close":
			c.answer(1, &amqp.ChannelClose{ReplyCode: amqp.NotFound, ReplyText: "NOT_FOUND - the exchange is gone"})
		case "drop":
			c.confirm(confirm, c.published)
			return
		case "double":
			c.queue <- c.content
		case "swap":
			c.held = c.content
			c.confirm(confirm, c.published)
			return
		case "confirm twice":
			c.confirm(confirm, c.published)
		case "confirm more":
			c.confirm(confirm, c.published+1000)
		case "return":
			c.returnIt()
			c.confirm(confirm, c.published)
			return
		case "nack":
			c.answer(1, &amqp.BasicNack{DeliveryTag: c.published})
			return
		}
	}
	c.queue <- c.content
	if c.held != nil {
		c.queue <- c.held
		c.held = nil
	}
	c.confirm(confirm, c.published)
}

func (c *fakeConn) confirm(asked bool, tag uint64) {
	if asked {
		c.answer(1, &amqp.BasicAck{DeliveryTag: tag})
	}
}

func (c *fakeConn) returnIt() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Write(append(amqp.AppendReturn(nil, 1, amqp.NoRoute, "NO_ROUTE", "", "q"), c.content...))
}

// deliver delivers until the connection ends.
func (c *fakeConn) deliver(channel uint16, consumerTag string) {
	for tag := uint64(1); ; tag++ {
		select {
		case <-c.done:
			return
		case content := <-c.queue:
			b := amqp.AppendDeliver(nil, channel, consumerTag, tag, c.fault == "redeliver" && tag == faultAt, "", "q")
			c.mu.Lock()
			c.Write(append(b, content...))
			c.mu.Unlock()
		}
	}
}
