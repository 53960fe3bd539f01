package drain

import (
	"bytes"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

// delivery is a message as a source sends it.
func delivery(tag uint64, header, body []byte, frameMax uint32) []byte {
	b := amqp.AppendDeliver(nil, channel, product, tag, false, "orders", "a.b")
	return amqp.AppendContent(b, channel, header, body, frameMax)
}

// published is the message as the target should get it.
func published(header, body []byte, frameMax uint32) []byte {
	b := amqp.AppendMethod(nil, channel, &amqp.BasicPublish{RoutingKey: []byte("q"), Mandatory: true})
	return amqp.AppendContent(b, channel, header, body, frameMax)
}

func headerOf(size int, p amqp.Properties) []byte {
	return amqp.AppendContentHeader(nil, amqp.BasicClass, uint64(size), &p)
}

// feed gives a visit what a source sends, and returns what it has for the target.
func feed(wire []byte, messages uint64) (*visit, []byte, error) {
	s, _, _ := newSettler(0)
	v := s.visit
	v.quota = messages
	in := amqp.NewReader(bytes.NewReader(wire))
	for {
		f, err := in.Next()
		if err != nil {
			return v, v.out, nil
		}
		if _, err := v.take(f); err != nil {
			return v, v.out, err
		}
	}
}

// TestContent: bytes of headers and bodies pass as they came, but for the headers
// that would have the target route copies.
func TestContent(t *testing.T) {
	plain := amqp.Properties{
		Present: amqp.HasContentType | amqp.HasAppID, Headers: amqp.Table{"u": uint16(7), "d": amqp.Table{"deep": []any{nil, true}}},
		DeliveryMode: 2, Priority: 9, Expiration: "60000", Timestamp: 1 << 40, ClusterID: "c",
	}
	copies, without := plain, plain
	copies.Headers = amqp.Table{"CC": []any{"x"}, "BCC": []any{"y"}, "d": int32(1)}
	without.Headers = amqp.Table{"d": int32(1)}
	body := bytes.Repeat([]byte("x"), 10_000)
	for name, tt := range map[string]struct{ given, want []byte }{
		"plain":  {delivery(1, headerOf(5, plain), body[:5], 0), published(headerOf(5, plain), body[:5], 0)},
		"empty":  {delivery(1, headerOf(0, plain), nil, 0), published(headerOf(0, plain), nil, 0)},
		"large":  {delivery(1, headerOf(len(body), plain), body, 4096), published(headerOf(len(body), plain), body, 4096)},
		"copies": {delivery(1, headerOf(1, copies), body[:1], 0), published(headerOf(1, without), body[:1], 0)},
	} {
		v, got, err := feed(tt.given, 1)
		if err != nil || !bytes.Equal(got, tt.want) || v.sent.Load() != 1 {
			t.Errorf("%s: %v, %d sent\n%x\nwant\n%x", name, err, v.sent.Load(), got, tt.want)
		}
	}
}

// TestContentIsChecked: what is no message ends the visit.
func TestContentIsChecked(t *testing.T) {
	h := headerOf(3, amqp.Properties{})
	deliver := amqp.AppendDeliver(nil, channel, product, 1, false, "", "")
	frame := func(b []byte, typ uint8, payload []byte) []byte {
		b = amqp.AppendFrameHeader(bytes.Clone(b), typ, channel, uint32(len(payload)))
		return append(append(b, payload...), amqp.FrameEnd)
	}
	for name, wire := range map[string][]byte{
		"another tag":     amqp.AppendDeliver(nil, channel, product, 2, false, "", ""),
		"two deliveries":  append(bytes.Clone(deliver), deliver...),
		"no header":       frame(deliver, amqp.FrameBody, []byte("x")),
		"a header alone":  frame(nil, amqp.FrameHeader, h),
		"a longer body":   frame(frame(deliver, amqp.FrameHeader, h), amqp.FrameBody, []byte("four")),
		"a broken header": frame(deliver, amqp.FrameHeader, h[:9]),
	} {
		if _, _, err := feed(wire, 10); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// FuzzContent: no source can make it panic, or publish more than it delivered.
func FuzzContent(f *testing.F) {
	f.Add(delivery(1, headerOf(3, amqp.Properties{Priority: 1}), []byte("abc"), 0))
	f.Add(amqp.AppendMethod(nil, channel, &amqp.BasicCancelOk{ConsumerTag: product}))
	f.Add(amqp.AppendMethod(nil, channel, &amqp.ChannelClose{ReplyCode: amqp.NotFound, ReplyText: "NOT_FOUND"}))
	f.Fuzz(func(t *testing.T, wire []byte) {
		v, out, err := feed(wire, 1)
		if n := uint64(len(wire) / 8); v.sent.Load() > n || err == nil && len(out) > len(wire)*100+4096 {
			t.Errorf("%d messages and %d bytes of %d", v.sent.Load(), len(out), len(wire))
		}
	})
}
