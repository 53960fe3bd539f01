package integration

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestWhoHoldsIt: the API tells who holds a message that is not acknowledged,
// and does not show it among those that wait.
func TestWhoHoldsIt(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	ch := o.mustEnter("/")
	declareDurable(t, ch.Channel, "q")
	for _, body := range []string{"consumed", "got", "waits"} {
		o.keep(ch, body)
	}
	if err := ch.Qos(1, 0, false); err != nil {
		t.Fatal(err)
	}
	deliveries, err := ch.Consume("q", "the-tag", false, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	<-deliveries
	other := o.mustEnter("/")
	if _, ok, err := other.Get("q", false); !ok || err != nil {
		t.Fatalf("got nothing: %v", err)
	}
	var page struct {
		Messages []struct {
			Seq, DeliveryTag    uint64
			Connection, Channel string
			ConsumerTag         string `json:"consumer_tag"`
			PayloadBytes        int    `json:"payload_bytes"`
			Since               int64
			Payload             string
		}
		End bool
	}
	o.reads("x/queues/%2F/q/messages?state=unacked", &page)
	if len(page.Messages) != 2 || !page.End {
		t.Fatalf("%+v", page)
	}
	for _, m := range page.Messages {
		want, from := "the-tag", ch
		if m.Seq == 2 {
			want, from = "", other
		}
		if m.ConsumerTag != want || !strings.HasPrefix(m.Connection, from.conn.LocalAddr().String()) ||
			m.Channel != m.Connection+" (1)" || time.Since(time.UnixMilli(m.Since)) > time.Minute || m.PayloadBytes == 0 {
			t.Errorf("%+v", m)
		}
	}
	o.reads("x/queues/%2F/q/messages", &page)
	if len(page.Messages) != 1 || page.Messages[0].Payload != "waits" {
		t.Errorf("%+v", page)
	}
	var d amqp.Delivery
	if d, _, err = other.Get("q", true); err != nil || d.Redelivered || string(d.Body) != "waits" {
		t.Errorf("%+v, %v", d, err)
	}
}

// reads decodes what the API answers into v.
func (o *office) reads(path string, v any) {
	o.t.Helper()
	r, err := http.NewRequest("GET", "http://"+o.management+"/api/"+path, nil)
	if err != nil {
		o.t.Fatal(err)
	}
	r.SetBasicAuth("guest", "guest")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		o.t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(v); err != nil || answer.StatusCode != 200 {
		o.t.Fatalf("%s: %s, %v", path, answer.Status, err)
	}
}
