package server

import (
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

func TestTransactionIsBounded(t *testing.T) {
	m := &message.Message{Body: make([]byte, 1000)}
	tx := &transaction{bytes: maxTxBytes - 2*m.Footprint()}
	for i, want := range []bool{true, true, false} {
		if err := tx.publish(&publish{m: m}); (err == nil) != want || err != nil && !amqp.TooMany.Is(err) {
			t.Errorf("publish %d: %v", i, err)
		}
	}
}
