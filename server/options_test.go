package server

import (
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// TestSetOptions: limits change under connections that are open, each at once,
// but for what they agreed on when they were opened.
func TestSetOptions(t *testing.T) {
	n := newNode(t, testOptions())
	nc, r := n.login(t)
	defer nc.Close()
	// next is the next method on a channel.
	next := func() amqp.Method {
		t.Helper()
		for {
			f, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if f.Type == amqp.FrameMethod {
				m, err := amqp.ParseMethod(f.Payload)
				if err != nil {
					t.Fatal(err)
				}
				return m
			}
		}
	}
	closedWith := func(channel uint16, code amqp.ReplyCode, burst string) {
		t.Helper()
		go nc.Write(encode(t, channel, burst))
		for {
			m := next()
			if c, ok := m.(*amqp.ChannelClose); ok {
				if c.ReplyCode != code {
					t.Errorf("%s: closed with %d %s, want %d", burst, c.ReplyCode, c.ReplyText, code)
				}
				nc.Write(encode(t, channel, `channel.close-ok`))
				return
			}
		}
	}
	change := func(edit func(*Options)) {
		o := *n.options.Load()
		edit(&o)
		n.SetOptions(o)
	}

	go nc.Write(encode(t, 1, `queue.declare queue=q ; basic.publish routing_key=q | "12345" ; basic.get queue=q no_ack`))
	if m, ok := next().(*amqp.QueueDeclareOk); !ok {
		t.Fatalf("%+v", m)
	}
	if _, ok := next().(*amqp.BasicGetOk); !ok {
		t.Fatal("a message of five bytes is refused")
	}
	change(func(o *Options) { o.MaxMessageSize = 4 })
	closedWith(1, 406, `basic.publish routing_key=q | "12345"`)
	change(func(o *Options) { o.MaxMessageSize, o.ConsumerTimeout = 1000, 30*time.Millisecond })
	closedWith(4, 406, `channel.open ; basic.publish routing_key=q | "1" ; basic.publish routing_key=q | "2" ; basic.consume queue=q`)

	// New channels get the prefetch, new connections the rest.
	change(func(o *Options) { o.ConsumerTimeout, o.Prefetch = 0, 1 })
	go nc.Write(encode(t, 5, `channel.open ; basic.consume queue=q`))
	for _, want := range []amqp.MethodID{amqp.ChannelOpenOkID, amqp.BasicConsumeOkID, amqp.BasicDeliverID} {
		if m := next(); m.ID() != want {
			t.Fatalf("%+v, want %v", m, want)
		}
	}
	go nc.Write(encode(t, 5, `queue.declare queue=q passive`))
	if m, ok := next().(*amqp.QueueDeclareOk); !ok || m.MessageCount != 1 {
		t.Errorf("with a prefetch of 1, one of two messages is not left: %+v", m)
	}
	change(func(o *Options) { o.UnackedPerChannel = 1 })
	go nc.Write(encode(t, 5, `basic.get queue=q`))
	if m, ok := next().(*amqp.ConnectionClose); !ok || m.ReplyCode != 506 {
		t.Errorf("a second delivery: %+v", m)
	}
	change(func(o *Options) { o.ChannelMax, o.FrameMax, o.Heartbeat = 7, 8192, 3*time.Second })
	nc2 := n.dial()
	defer nc2.Close()
	go nc2.Write(append(protocolHeader[:], encode(t, 0, `connection.start-ok mechanism=PLAIN response="\x00guest\x00guest" locale=en_US`)...))
	r2 := amqp.NewReader(nc2)
	for {
		f, err := r2.Next()
		if err != nil {
			t.Fatal(err)
		}
		m, _ := amqp.ParseMethod(f.Payload)
		if tune, ok := m.(*amqp.ConnectionTune); ok {
			if tune.ChannelMax != 7 || tune.FrameMax != 8192 || tune.Heartbeat != 3 {
				t.Errorf("offered %+v", tune)
			}
			return
		}
	}
}
