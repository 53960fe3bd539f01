package integration

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"testing"
)

// window is how many confirms a publisher lets be outstanding.
const window = 1000

// lean is an AMQP client that does no more than it must.
type lean struct {
	net.Conn
	b   testing.TB
	in  *bufio.Reader
	buf []byte
}

func dialLean(b testing.TB, broker *Broker) *lean {
	c, err := net.Dial("tcp", broker.Addr)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	k := &lean{Conn: c, b: b, in: bufio.NewReaderSize(c, 256<<10)}
	k.Write([]byte(protocolHeader))
	for _, answer := range [][]byte{startOK(), append(tuneOK(128<<10, 0), open()...), nil} {
		k.next()
		k.Write(answer)
	}
	k.call(methodID{20, 10}, []byte{0})
	return k
}

// call sends a method on channel 1 and waits for the answer, whose id is one
// higher.
func (k *lean) call(id methodID, args ...[]byte) {
	k.b.Helper()
	k.Write(method(1, id, args...))
	_, p := k.next()
	if want := append(short(id[0]), short(id[1]+1)...); len(p) < 4 || string(p[:4]) != string(want) {
		k.b.Fatalf("%v was answered with %q", id, p)
	}
}

// next reads a frame; the payload is valid until the next.
func (k *lean) next() (typ byte, payload []byte) {
	var h [7]byte
	if _, err := io.ReadFull(k.in, h[:]); err != nil {
		k.b.Error(err)
		return 0, nil
	}
	n := int(binary.BigEndian.Uint32(h[3:])) + 1
	if cap(k.buf) < n {
		k.buf = make([]byte, n)
	}
	k.buf = k.buf[:n]
	if _, err := io.ReadFull(k.in, k.buf); err != nil {
		k.b.Error(err)
		return 0, nil
	}
	return h[0], k.buf[:n-1]
}

// publish sends n messages; with confirms it keeps a window of them open.
func (k *lean) publish(n, size int, confirmed bool) {
	header := append(append(short(60), 0, 0), binary.BigEndian.AppendUint64(nil, uint64(size))...)
	if confirmed {
		header = append(header, 0x10, 0, 2) // delivery-mode 2
	} else {
		header = append(header, 0, 0)
	}
	one := method(1, methodID{60, 40}, short(0), shortstr(""), shortstr("bench"), []byte{0})
	one = append(one, frame(frameHeader, 1, header)...)
	one = append(one, frame(frameBody, 1, make([]byte, size))...)
	var batch []byte
	sent, acked := 0, 0
	for sent < n {
		batch = batch[:0]
		for sent < n && len(batch) < 128<<10 && (!confirmed || sent-acked < window) {
			batch = append(batch, one...)
			sent++
		}
		if _, err := k.Write(batch); err != nil {
			k.b.Error(err)
			return
		}
		for confirmed && (sent-acked > window/2 || sent == n && acked < n) {
			_, p := k.next()
			if len(p) < 13 {
				return
			}
			if tag := int(binary.BigEndian.Uint64(p[4:])); tag > acked {
				acked = tag
			}
		}
	}
}

// drain receives n messages; with ack it acknowledges every hundred.
func (k *lean) drain(n int, ack bool) {
	for i := 1; i <= n; i++ {
		k.next()
		k.next()
		if _, p := k.next(); p == nil {
			return
		}
		if ack && (i%100 == 0 || i == n) {
			k.Write(method(1, methodID{60, 80}, binary.BigEndian.AppendUint64(nil, uint64(i)), []byte{1}))
		}
	}
}
