package message

import (
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

func headerWith(headers amqp.Table) []byte {
	return amqp.AppendContentHeader(nil, amqp.BasicClass, 3, &amqp.Properties{ContentType: "text/plain", Headers: headers})
}

func TestUndelayed(t *testing.T) {
	for _, c := range []struct {
		is   any
		want any
	}{
		{int32(5000), int32(-5000)}, {"70", int32(-70)}, {int64(1) << 33, -int64(1) << 33}, {int64(-5), int64(-5)}, {int64(0), int64(0)}, {nil, nil},
	} {
		headers := amqp.Table{"kept": "yes"}
		if c.is != nil {
			headers["x-delay"] = c.is
		}
		p, err := amqp.ParseProperties(Undelayed(headerWith(headers)))
		if err != nil {
			t.Fatal(err)
		}
		if p.Headers["x-delay"] != c.want || p.Headers["kept"] != "yes" || p.ContentType != "text/plain" {
			t.Errorf("x-delay %v became %v", c.is, p)
		}
	}
}

func TestDue(t *testing.T) {
	for _, c := range []struct {
		w    Wishes
		want int64
	}{{Wishes{DelayMs: 50}, 1050}, {Wishes{DelayMs: 50, DeliverAt: 900}, 900}, {Wishes{DeliverAt: 7000}, 7000}} {
		if got := c.w.Due(1000); got != c.want {
			t.Errorf("%+v is due at %d, want %d", c.w, got, c.want)
		}
	}
}
