package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/hutchmq/hutchmq/amqp"
)

// peer is a client's end of a connection. A goroutine reads all that comes;
// synctest.Wait says when it has. Another writes what is said, which takes as
// long as the server does not read.
type peer struct {
	nc      net.Conn
	words   chan []byte
	mu      sync.Mutex
	events  []event
	partial map[uint16]*event // content that has not come whole, by channel
}

// event is something the server did: a method with its content, or a word for
// what is none.
type event struct {
	channel uint16
	method  amqp.Method
	header  []byte // of content
	missing uint64 // bytes of the body still to come
	body    []byte
	word    string
}

func newPeer(nc net.Conn) *peer {
	p := &peer{nc: nc, words: make(chan []byte, 100), partial: map[uint16]*event{}}
	go p.read()
	go p.write()
	return p
}

func (p *peer) write() {
	for wire := range p.words {
		p.nc.Write(wire)
	}
}

func (p *peer) say(wire []byte) { p.words <- wire }

// leave ends the connection without a word; nothing is said afterwards.
func (p *peer) leave() {
	p.nc.Close()
	close(p.words)
}

func (p *peer) read() {
	src := bufio.NewReader(p.nc)
	if first, _ := src.Peek(1); string(first) == "A" {
		p.add(event{word: protocolWord(src)})
	}
	r := amqp.NewReader(src)
	for {
		f, err := r.Next()
		if err != nil {
			p.add(event{word: "closed"})
			return
		}
		p.frame(f)
	}
}

// protocolWord is the header a server answers a wrong one with.
func protocolWord(src io.Reader) string {
	var h [8]byte
	io.ReadFull(src, h[:])
	return fmt.Sprintf("protocol %d %d %d %d", h[4], h[5], h[6], h[7])
}

func (p *peer) frame(f amqp.Frame) {
	e := p.partial[f.Channel]
	switch {
	case f.Type == amqp.FrameHeartbeat:
		p.add(event{word: "heartbeat"})
		return
	case f.Type == amqp.FrameMethod && e == nil:
		e = &event{channel: f.Channel}
		m, err := amqp.ParseMethod(f.Payload)
		if err != nil {
			e.word = err.Error()
		}
		e.method = m
	case f.Type == amqp.FrameHeader && e != nil && e.header == nil:
		var h amqp.ContentHeader
		if err := amqp.ParseContentHeader(f.Payload, &h); err != nil {
			e.word = err.Error()
		}
		e.header, e.missing = append([]byte{}, f.Payload...), h.BodySize
	case f.Type == amqp.FrameBody && e != nil && e.missing >= uint64(len(f.Payload)):
		e.body = append(e.body, f.Payload...)
		e.missing -= uint64(len(f.Payload))
	default:
		e = &event{channel: f.Channel, word: fmt.Sprintf("a frame of type %d out of turn", f.Type)}
	}
	if hasContent(e.method) && (e.header == nil || e.missing > 0) && e.word == "" {
		p.partial[f.Channel] = e
		return
	}
	delete(p.partial, f.Channel)
	p.add(*e)
}

func (p *peer) add(e event) {
	p.mu.Lock()
	p.events = append(p.events, e)
	p.mu.Unlock()
}

func hasContent(m amqp.Method) bool {
	switch m.(type) {
	case *amqp.BasicDeliver, *amqp.BasicGetOk, *amqp.BasicReturn:
		return true
	}
	return false
}

// take gives what came since the last take.
func (p *peer) take() []event {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.events
	p.events = nil
	return list
}
