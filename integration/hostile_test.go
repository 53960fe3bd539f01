package integration

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// serves wants b to be well: a client can declare, publish and get.
func serves(t *testing.T, b *Broker) {
	t.Helper()
	if !b.Running() || b.Panicked() {
		t.Fatalf("running %v, panicked %v", b.Running(), b.Panicked())
	}
	conn, err := amqp.Dial(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	q, err := ch.QueueDeclare("", false, false, true, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := ch.Publish("", q.Name, false, false, amqp.Publishing{Body: []byte("alive")}); err != nil {
		t.Fatal(err)
	}
	if m, ok, err := ch.Get(q.Name, true); !ok || err != nil || string(m.Body) != "alive" {
		t.Fatalf("got %q, %v, %v", m.Body, ok, err)
	}
}

// TestWrongProtocolHeader (spec 4.2.2): the answer is the protocol the broker
// speaks, and the end of the connection.
func TestWrongProtocolHeader(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	for name, header := range map[string]string{
		"AMQP 0-9":      "AMQP\x00\x00\x09\x00",
		"AMQP 0-10":     "AMQP\x01\x01\x00\x0a",
		"AMQP 0-8":      "AMQP\x01\x01\x08\x00",
		"other letters": "amqp\x00\x00\x09\x01",
		"zeros":         "\x00\x00\x00\x00\x00\x00\x00\x00",
		"HTTP":          "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"TLS hello":     "\x16\x03\x01\x00\xf1\x01\x00\x00\xed\x03\x03" + strings.Repeat("\x5a", 235),
		"SSH":           "SSH-2.0-OpenSSH_9.6\r\n",
	} {
		c := connect(t, b)
		c.send([]byte(header))
		got, closed := c.ended(5 * time.Second)
		if string(got) != protocolHeader || !closed {
			t.Errorf("%s: got %q, closed %v", name, got, closed)
		}
	}
	serves(t, b)
}

// TestGarbage: random bytes at any stage end that connection and no other.
func TestGarbage(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq, "HUTCHMQ_LIMITS_HANDSHAKE_TIMEOUT=2s")
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	stages := map[string]func(c rawConn){
		"after the header": func(c rawConn) { c.send([]byte(protocolHeader)); c.expect(connectionStart) },
		"after start-ok": func(c rawConn) {
			c.send([]byte(protocolHeader))
			c.expect(connectionStart)
			c.send(startOK())
			c.expect(connectionTune)
		},
		"after open": func(c rawConn) { c.handshake(0, 0) },
		"in a method": func(c rawConn) {
			c.handshake(0, 0)
			c.send([]byte{frameMethod, 0, 1, 0, 0, 16, 0})
		},
	}
	for name, stage := range stages {
		for range 10 {
			c := connect(t, b)
			stage(c)
			c.send(noise(random, 8192))
			if !c.refused() {
				t.Errorf("seed %d: %s: the connection lives on", seed, name)
			}
		}
	}
	serves(t, b)
}

func noise(random *rand.Rand, bytes int) []byte {
	text := make([]byte, bytes)
	for i := range text {
		text[i] = byte(random.Uint32())
	}
	return text
}

// refused reads until the broker says connection.close or closes the socket.
func (c rawConn) refused() bool {
	for {
		kind, _, payload, err := c.receive()
		if err != nil {
			return !strings.Contains(err.Error(), "timeout")
		}
		if kind == frameMethod && bytes.HasPrefix(payload, append(short(connectionClose[0]), short(connectionClose[1])...)) {
			return true
		}
	}
}

// TestBadFrames (spec 4.2.3): the code is 501.
func TestBadFrames(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	const frameMax = 4096
	for name, bad := range map[string][]byte{
		"one byte too long": frame(frameBody, 1, make([]byte, frameMax+1)), // RabbitMQ lets the overhead of 8 bytes pass
		"a gigabyte":        {frameMethod, 0, 0, 0x40, 0, 0, 0},
		"all ones":          {frameMethod, 0, 0, 0xff, 0xff, 0xff, 0xff},
		"no frame end":      append(frame(frameHeartbeat, 0)[:7], 0),
		"an unknown type":   frame(7, 0),
	} {
		c := connect(t, b)
		c.handshake(frameMax, 0)
		c.send(bad)
		arguments := c.expect(connectionClose)
		if code := binary.BigEndian.Uint16(arguments); code != 501 {
			t.Errorf("%s: closed with %d: %q", name, code, arguments)
		}
		c.send(method(0, methodID{10, 51}))
		if _, closed := c.ended(5 * time.Second); !closed {
			t.Errorf("%s: the socket stays open after close-ok", name)
		}
	}
	serves(t, b)
}

// TestTruncated cuts a session off at every few bytes.
func TestTruncated(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	session := bytes.Join([][]byte{
		[]byte(protocolHeader), startOK(), tuneOK(0, 0), open(),
		method(1, methodID{20, 10}, shortstr("")),                                                           // channel.open
		method(1, methodID{50, 10}, short(0), shortstr("cut"), []byte{0}, longstr("")),                      // queue.declare
		method(1, methodID{60, 40}, short(0), shortstr(""), shortstr("cut"), []byte{0}),                     // basic.publish
		frame(frameHeader, 1, short(60), short(0), long(0), long(5), short(0x8000), shortstr("text/plain")), // its header
		frame(frameBody, 1, []byte("hello")),                                                                // its body
		method(1, methodID{60, 20}, short(0), shortstr("cut"), shortstr("tag"), []byte{0}, longstr("")),     // basic.consume
		method(1, methodID{60, 80}, long(0), long(1), []byte{0}),                                            // basic.ack
		method(1, methodID{20, 40}, short(200), shortstr("bye"), short(0), short(0)),                        // channel.close
		method(0, methodID{10, 50}, short(200), shortstr("bye"), short(0), short(0)),                        // connection.close
	}, nil)
	for end := 1; end < len(session); end += 5 {
		c := connect(t, b)
		c.send(session[:end])
		c.Close()
	}
	serves(t, b)
}

// TestSilentSockets: two thousand clients that say nothing, and some that say
// a byte now and then, are dropped in time while others are served.
func TestSilentSockets(t *testing.T) {
	t.Parallel()
	const silent, slow, timeout = 1950, 50, 3 * time.Second
	b := Start(t, hutchmq, "HUTCHMQ_LIMITS_HANDSHAKE_TIMEOUT="+timeout.String())
	var conns []rawConn
	for range silent + slow {
		conns = append(conns, connect(t, b))
	}
	start := time.Now()
	for _, c := range conns[:slow] {
		go func() {
			for _, x := range []byte(protocolHeader)[:7] {
				c.send([]byte{x})
				time.Sleep(timeout / 4)
			}
		}()
	}
	serves(t, b)
	var wg sync.WaitGroup
	var mu sync.Mutex
	alive := 0
	for _, c := range conns {
		wg.Go(func() {
			if _, closed := c.ended(timeout + 10*time.Second); !closed {
				mu.Lock()
				alive++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	t.Logf("all gone after %v", time.Since(start).Round(time.Millisecond))
	if alive > 0 {
		t.Errorf("%d sockets live on", alive)
	}
	serves(t, b)
}

// TestHeartbeat (spec 4.2.7): the broker sends heartbeats, and drops a client
// that sends nothing for two intervals.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	c := connect(t, b)
	c.handshake(0, 1)
	start := time.Now()
	beats := 0
	for {
		kind, channel, payload, err := c.receive()
		if err != nil {
			break
		}
		if kind != frameHeartbeat || channel != 0 || len(payload) != 0 {
			t.Fatalf("frame type %d on channel %d: %x", kind, channel, payload)
		}
		beats++
	}
	took := time.Since(start)
	if beats == 0 || took < 1900*time.Millisecond || took > 8*time.Second {
		t.Errorf("%d heartbeats, dropped after %v", beats, took)
	}
	serves(t, b)
}

// TestWrongPassword: a client that did not ask for more is closed without a
// word; RabbitMQ's clients read it as a refusal.
func TestWrongPassword(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	for _, user := range []string{"guest:wrong", "nobody:guest", "guest:"} {
		conn, err := amqp.Dial(fmt.Sprintf("amqp://%s@%s/", user, b.Addr))
		if err == nil {
			conn.Close()
			t.Errorf("%s was let in", user)
		}
	}
	serves(t, b)
}
