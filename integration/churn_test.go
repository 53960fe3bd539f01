package integration

import (
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestConnectionChurn: an exclusive queue is gone before its connection's
// close is answered, so that the next may declare the name at once.
func TestConnectionChurn(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	for i := range 1000 {
		conn, err := amqp.Dial(b.URL())
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		ch, err := conn.Channel()
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		if _, err := ch.QueueDeclare("mine", false, false, true, false, nil); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		if err := conn.Close(); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
	}
	if _, err := dial(t, b).QueueDeclarePassive("mine", false, false, false, false, nil); code(err) != amqp.NotFound {
		t.Errorf("an exclusive queue outlived its connection: %v", err)
	}
}

// TestRoundRobin: ten consumers of equal rank get the same share.
func TestRoundRobin(t *testing.T) {
	t.Parallel()
	const consumers, share = 10, 200
	b := Start(t, hutchmq)
	ch := dial(t, b)
	declareDurable(t, ch, "shared")
	var got [consumers]int
	who := make(chan int)
	for i := range consumers {
		deliveries, err := dial(t, b).Consume("shared", "", true, false, false, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for range deliveries {
				who <- i
			}
		}()
	}
	if err := publishConfirmed(ch, "shared", consumers*share, minLetter); err != nil {
		t.Fatal(err)
	}
	for range consumers * share {
		got[<-who]++
	}
	for i, n := range got {
		if n != share {
			t.Errorf("consumer %d got %d of %v, want %d each", i, n, got, share)
		}
	}
}
