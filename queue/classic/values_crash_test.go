package classic

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand"
	"sync"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/internal/testkit/faultfs"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// lastConfirmed is what publishers of values know.
type lastConfirmed struct {
	mu   sync.Mutex
	keys []string          // of messages by number
	last map[string]uint64 // the newest that was confirmed, by key
}

// Confirm implements queue.Confirmer.
func (l *lastConfirmed) Confirm(seqs []uint64, stored bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range seqs {
		if stored {
			l.last[l.keys[n]] = max(l.last[l.keys[n]], n)
		}
	}
}

// TestLastValuesPowerLoss: after a loss of power each key has one value, and
// none older than one that was confirmed.
func TestLastValuesPowerLoss(t *testing.T) {
	for _, seed := range seeds(8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			r, disk, dir := rand.New(rand.NewSource(seed)), faultfs.New(uint64(seed)), t.TempDir()
			c := &lastConfirmed{last: map[string]uint64{}}
			for round := range 6 {
				st, err := store.Open(dir, store.Options{
					FS: disk.Mount(), SegmentBytes: 64 << 10, CheckEvery: time.Millisecond, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
				})
				if err != nil {
					t.Fatal(err)
				}
				kind := New(st)
				kind.limits = tiny
				q := open(t, kind, queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: amqp.Table{"x-last-value-key": "symbol"}}, &queuetest.Host{})
				c.check(t, q, seed, round)
				disk.SetSyncDelay(time.Duration(r.Intn(500)) * time.Microsecond)
				for range 20 + r.Intn(60) {
					q.Publish(c.burst(r))
					time.Sleep(time.Duration(r.Intn(600)) * time.Microsecond)
				}
				disk.Crash(r.Intn(2) == 0)
				q.Close(false)
				kind.Close()
				st.Close()
			}
		})
	}
}

func (l *lastConfirmed) burst(r *rand.Rand) []queue.Publication {
	l.mu.Lock()
	defer l.mu.Unlock()
	burst := make([]queue.Publication, 1+r.Intn(10))
	for i := range burst {
		n, key := len(l.keys), fmt.Sprint(r.Intn(20))
		l.keys = append(l.keys, key)
		m := newPriced(amqp.Properties{Headers: amqp.Table{"symbol": key}}, fmt.Sprint(n, " ", string(make([]byte, r.Intn(200)))))
		m.Persistent = true
		burst[i] = queue.Publication{Message: m, Receipt: queue.Receipt{To: l, Seq: uint64(n)}}
	}
	return burst
}

func (l *lastConfirmed) check(t *testing.T, q *Queue, seed int64, round int) {
	t.Helper()
	values := func() map[string][]int {
		v, err := q.Browse(queue.Browse{Limit: 1 << 20, MaxLooks: 1 << 20, MaxBytes: 1 << 30})
		if err != nil {
			t.Fatal(err)
		}
		all := map[string][]int{}
		for _, s := range v.List {
			key := l.keys[numberOf(s.Message)]
			all[key] = append(all[key], numberOf(s.Message))
		}
		return all
	}
	has := values()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end) && q.Stat().Ready > len(has); has = values() {
		time.Sleep(time.Millisecond)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, n := range l.last {
		if list := has[key]; len(list) != 1 || list[0] < int(n) {
			t.Fatalf("seed %d, round %d: key %s has %v, and %d was confirmed", seed, round, key, list, n)
		}
	}
}
