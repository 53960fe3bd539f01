package integration

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"testing"
	"time"
)

// What AMQP 0-9-1 looks like on the wire, by hand: these tests must not share
// a mistake with the broker.

const (
	protocolHeader = "AMQP\x00\x00\x09\x01"
	frameEnd       = 0xCE

	frameMethod    = 1
	frameHeader    = 2
	frameBody      = 3
	frameHeartbeat = 8
)

// methodID is class and method.
type methodID [2]uint16

var (
	connectionStart = methodID{10, 10}
	connectionTune  = methodID{10, 30}
	connectionOpen  = methodID{10, 41} // open-ok
	connectionClose = methodID{10, 50}
)

func shortstr(s string) []byte { return append([]byte{byte(len(s))}, s...) }

func longstr(s string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(s))), s...)
}

func short(n uint16) []byte { return binary.BigEndian.AppendUint16(nil, n) }
func long(n uint32) []byte  { return binary.BigEndian.AppendUint32(nil, n) }

// frame is a whole frame with the parts as its payload.
func frame(kind byte, channel uint16, parts ...[]byte) []byte {
	var payload []byte
	for _, p := range parts {
		payload = append(payload, p...)
	}
	f := append([]byte{kind}, short(channel)...)
	f = append(f, long(uint32(len(payload)))...)
	return append(append(f, payload...), frameEnd)
}

func method(channel uint16, id methodID, parts ...[]byte) []byte {
	head := append(short(id[0]), short(id[1])...)
	return frame(frameMethod, channel, append([][]byte{head}, parts...)...)
}

func startOK() []byte {
	return method(0, methodID{10, 11}, longstr(""), shortstr("PLAIN"), longstr("\x00guest\x00guest"), shortstr("en_US"))
}

func tuneOK(frameMax uint32, heartbeat uint16) []byte {
	return method(0, methodID{10, 31}, short(100), long(frameMax), short(heartbeat))
}

func open() []byte {
	return method(0, methodID{10, 40}, shortstr("/"), shortstr(""), []byte{0})
}

// rawConn is a socket to the broker.
type rawConn struct {
	net.Conn
	t *testing.T
}

// connect opens a socket that the test closes.
func connect(t *testing.T, b *Broker) rawConn {
	t.Helper()
	c, err := net.DialTimeout("tcp", b.Addr, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return rawConn{c, t}
}

// send writes; an error is left for the reader to meet.
func (c rawConn) send(parts ...[]byte) {
	for _, p := range parts {
		c.Write(p)
	}
}

// receive reads a frame within ten seconds.
func (c rawConn) receive() (kind byte, channel uint16, payload []byte, err error) {
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	var head [7]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return 0, 0, nil, err
	}
	payload = make([]byte, binary.BigEndian.Uint32(head[3:])+1)
	if _, err := io.ReadFull(c, payload); err != nil {
		return 0, 0, nil, err
	}
	if end := len(payload) - 1; payload[end] != frameEnd {
		return 0, 0, nil, errors.New("no frame end")
	}
	return head[0], binary.BigEndian.Uint16(head[1:]), payload[:len(payload)-1], nil
}

// expect wants method id as the next frame, and gives its arguments.
func (c rawConn) expect(id methodID) []byte {
	c.t.Helper()
	kind, _, payload, err := c.receive()
	if err != nil || kind != frameMethod || len(payload) < 4 {
		c.t.Fatalf("want method %v, got frame type %d, %x, %v", id, kind, payload, err)
	}
	got := methodID{binary.BigEndian.Uint16(payload), binary.BigEndian.Uint16(payload[2:])}
	if got != id {
		c.t.Fatalf("want method %v, got %v: %q", id, got, payload[4:])
	}
	return payload[4:]
}

// handshake opens the vhost /.
func (c rawConn) handshake(frameMax uint32, heartbeat uint16) {
	c.t.Helper()
	c.send([]byte(protocolHeader))
	c.expect(connectionStart)
	c.send(startOK())
	c.expect(connectionTune)
	c.send(tuneOK(frameMax, heartbeat), open())
	c.expect(connectionOpen)
}

// ended reads until the broker closes the socket, within timeout. It gives
// what came before.
func (c rawConn) ended(timeout time.Duration) ([]byte, bool) {
	c.SetReadDeadline(time.Now().Add(timeout))
	text, err := io.ReadAll(c)
	var failure net.Error
	return text, !(errors.As(err, &failure) && failure.Timeout())
}
