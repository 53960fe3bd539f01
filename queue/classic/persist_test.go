package classic

import (
	"errors"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// desk is a store whose log does what the test says.
type desk struct {
	store.Store
	owner   store.Owner
	lost    bool       // what is read has vanished
	reading chan error // when set, Read waits for what it returns
}

func (d *desk) Log(id uint64, durable bool, owner store.Owner) (store.Log, error) {
	d.owner = owner
	l, err := d.Store.Log(id, durable, silent{})
	return deskLog{l, d}, err
}

// stored tells the queue that everything up to through is on disk.
func (d *desk) stored(through uint64) {
	synctest.Wait()
	d.owner.Stored(through, nil)
}

// silent keeps what is stored from the queue; the test tells it.
type silent struct{}

func (silent) Stored(uint64, error) {}

type deskLog struct {
	store.Log
	d *desk
}

func (l deskLog) Read(lane uint8, from uint64, max int, yield func(store.Stored) bool) error {
	if l.d.reading != nil {
		if err := <-l.d.reading; err != nil {
			return err
		}
	}
	if l.d.lost {
		return nil
	}
	return l.Log.Read(lane, from, max, yield)
}

// onDesk runs test with a durable queue on a desk, and little memory.
func onDesk(t *testing.T, test func(t *testing.T, d *desk, q *Queue, sent *queuetest.Receipts)) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{Store: store.NewMemory()}
		kind := New(d)
		kind.limits = tiny
		q, err := kind.Open(queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true}, &queuetest.Host{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			q.Close(true)
			closeAll(t, kind, d)
		})
		test(t, d, q.(*Queue), &queuetest.Receipts{})
	})
}

// persistently publishes messages first to last, each as big as 100 in memory.
func persistently(q *Queue, sent *queuetest.Receipts, first, last int) {
	for i := first; i <= last; i++ {
		m := &message.Message{Header: make([]byte, 72), Body: []byte(strconv.Itoa(i)), Persistent: true, Expiration: -1}
		q.Publish([]queue.Publication{{Message: m, Receipt: queue.Receipt{To: sent, Seq: uint64(i)}}})
	}
}

// all gets everything.
func all(q *Queue) (list []int) {
	for {
		d, _, ok := q.Get(true)
		if !ok {
			return list
		}
		n := numberOf(d.Message)
		list = append(list, n)
	}
}

func isRange(list []int, first, last int) bool {
	for i, n := range list {
		if n != first+i {
			return false
		}
	}
	return len(list) == last-first+1
}

// TestConfirmsWhatIsStored: a receipt comes when the log says so, not before.
func TestConfirmsWhatIsStored(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk, q *Queue, sent *queuetest.Receipts) {
		persistently(q, sent, 1, 5)
		synctest.Wait()
		if sent.Check(1) == nil {
			t.Fatal("confirmed before it was stored")
		}
		d.stored(3)
		if err := sent.Check(3); err != nil {
			t.Error(err)
		}
		if sent.Check(4) == nil {
			t.Error("confirmed more than was stored")
		}
		d.stored(5)
		if err := sent.Check(5); err != nil {
			t.Error(err)
		}
	})
}

// TestDiskFails: what is not stored is refused, and nothing in memory is let
// go of any more.
func TestDiskFails(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk, q *Queue, sent *queuetest.Receipts) {
		persistently(q, sent, 1, 50)
		d.stored(2)
		d.owner.Stored(50, errors.New("no space left"))
		refused := make([]uint64, 48)
		for i := range refused {
			refused[i] = uint64(i + 3)
		}
		if err := sent.Check(50, refused...); err != nil {
			t.Error(err)
		}
		if s := q.Stat(); s.Resident != 50 {
			t.Errorf("%d of 50 are in memory", s.Resident)
		}
		persistently(q, sent, 51, 60)
		if got := all(q); !isRange(got, 1, 60) {
			t.Errorf("got %v", got)
		}
	})
}

// TestSinks: what is behind the head leaves memory once it is stored.
func TestSinks(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk, q *Queue, sent *queuetest.Receipts) {
		persistently(q, sent, 1, 100)
		if s := q.Stat(); s.Resident != 100 {
			t.Errorf("%d of 100 in memory before they are stored", s.Resident)
		}
		d.stored(100)
		if s := q.Stat(); s.Resident > 10 || s.ResidentBytes > q.kind.limits.durable || s.Ready != 100 {
			t.Errorf("%+v", s)
		}
		if got := all(q); !isRange(got, 1, 100) {
			t.Errorf("got %v", got)
		}
	})
}

// TestStoredMessagesVanish: the queue counts what is there, and goes on.
func TestStoredMessagesVanish(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk, q *Queue, sent *queuetest.Receipts) {
		persistently(q, sent, 1, 100)
		d.stored(100)
		head := q.Stat().Resident
		d.lost = true
		if got := all(q); !isRange(got, 1, head) {
			t.Errorf("got %v of a head of %d", got, head)
		}
		if s := q.Stat(); s != (queue.Stat{}) {
			t.Errorf("%+v", s)
		}
		persistently(q, sent, 101, 103)
		if got := all(q); !isRange(got, 101, 103) {
			t.Errorf("got %v", got)
		}
	})
}

// TestRaces has a load read while something else happens to the queue.
func TestRaces(t *testing.T) {
	for _, c := range []struct {
		name    string
		what    func(d *desk, q *Queue, sent *queuetest.Receipts)
		result  error
		got     [2]int // the range that the consumer gets in the end
		patient bool
	}{
		{"nothing", func(*desk, *Queue, *queuetest.Receipts) {}, nil, [2]int{1, 100}, false},
		{"purge", func(_ *desk, q *Queue, _ *queuetest.Receipts) { q.Purge() }, nil, [2]int{1, 0}, false},
		{"purge and publish", func(d *desk, q *Queue, sent *queuetest.Receipts) {
			q.Purge()
			persistently(q, sent, 101, 200)
			d.stored(200)
		}, nil, [2]int{101, 200}, false},
		{"publish", func(d *desk, q *Queue, sent *queuetest.Receipts) {
			persistently(q, sent, 101, 200)
			d.stored(150)
		}, nil, [2]int{1, 200}, false},
		{"close", func(_ *desk, q *Queue, _ *queuetest.Receipts) { q.Close(false) }, nil, [2]int{1, 0}, false},
		{"close for good", func(_ *desk, q *Queue, _ *queuetest.Receipts) { q.Close(true) }, nil, [2]int{1, 0}, false},
		{"an error", func(*desk, *Queue, *queuetest.Receipts) {}, errors.New("bad sector"), [2]int{1, 100}, true},
		{"an error and purge", func(_ *desk, q *Queue, _ *queuetest.Receipts) { q.Purge() }, errors.New("bad sector"), [2]int{1, 0}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			onDesk(t, func(t *testing.T, d *desk, q *Queue, sent *queuetest.Receipts) {
				persistently(q, sent, 1, 100)
				d.stored(100)
				ds := make([]queue.Delivery, q.Stat().Resident)
				for i := range ds {
					ds[i], _, _ = q.Get(false)
				}
				d.reading = make(chan error)
				a := &queuetest.Consumer{Credit: 1 << 20}
				if err := q.Consume(a, queue.ConsumeOptions{}); err != nil {
					t.Fatal(err)
				}
				synctest.Wait() // the loader reads
				c.what(d, q, sent)
				d.reading <- c.result
				close(d.reading)
				if c.patient {
					time.Sleep(2 * retryAfter)
				}
				synctest.Wait()
				got := numbersOf(ds)
				if c.got[0] > 1 || c.got[1] == 0 {
					got = nil // they stay unacked
				}
				if got = append(got, numbersOf(a.Take())...); !isRange(got, c.got[0], c.got[1]) {
					t.Errorf("got %v, want %v", got, c.got)
				}
			})
		})
	}
}

func numbersOf(ds []queue.Delivery) (list []int) {
	for _, d := range ds {
		n := numberOf(d.Message)
		list = append(list, n)
	}
	return list
}

// TestRecoveredWaits: a queue that nobody consumes takes little memory after a
// restart, whatever it holds.
func TestRecoveredWaits(t *testing.T) {
	onDesk(t, func(t *testing.T, d *desk, q *Queue, sent *queuetest.Receipts) {
		persistently(q, sent, 1, 100)
		d.stored(100)
		q.Close(false)
		again, err := q.kind.Open(q.Declaration, &queuetest.Host{})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if s := again.Stat(); s.Ready != 100 || s.Persistent != 100 || s.Resident > 1 {
			t.Errorf("%+v", s)
		}
		if got := all(again.(*Queue)); !isRange(got, 1, 100) {
			t.Errorf("got %v", got)
		}
		again.Close(true)
	})
}
