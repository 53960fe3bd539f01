package classic

import (
	"math/rand"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/queue/queuetest"
	"github.com/hutchmq/hutchmq/store"
)

// ttls are how the messages of a queue may expire.
var ttls = []struct {
	name string
	ttl  func(r *rand.Rand) int64 // in ms
}{
	{"never", func(*rand.Rand) int64 { return -1 }},
	{"uniform", func(*rand.Rand) int64 { return 3_600_000 }},
	{"random", func(r *rand.Rand) int64 { return 1_000_000 + r.Int63n(3_600_000) }},
}

// backlog is a queue with n messages, and as many to publish.
func backlog(t testing.TB, n int, ttl func(r *rand.Rand) int64) (*Queue, []queue.Publication) {
	const seed = 6
	r := rand.New(rand.NewSource(seed))
	q, burst := opened(t, false), make([]queue.Publication, n)
	for i := range burst {
		burst[i].Message = &message.Message{Header: make([]byte, 30), Body: make([]byte, 16), Expiration: ttl(r)}
	}
	q.Publish(burst)
	return q, burst
}

// TestExpiryAllocations: to know when messages expire costs nothing to publish
// and get one, in whatever order they do.
func TestExpiryAllocations(t *testing.T) {
	for _, c := range ttls {
		q, burst := backlog(t, 5000, c.ttl)
		i := 0
		got := testing.AllocsPerRun(5000, func() {
			q.Publish(burst[i%5000 : i%5000+1])
			q.Get(true)
			i++
		})
		if got > 0 {
			t.Errorf("%s: %v allocations", c.name, got)
		}
		if n := len(q.lanes[0].index.heap); c.name != "random" && n > 0 || n > 3*5000+manyStale {
			t.Errorf("%s: %d deadlines for 5000 messages", c.name, n)
		}
	}
}

func BenchmarkExpiry(b *testing.B) {
	const n = 10_000
	for _, c := range ttls {
		b.Run(c.name, func(b *testing.B) {
			q, burst := backlog(b, n, c.ttl)
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N {
				q.Publish(burst[i%n : i%n+1])
				q.Get(true)
			}
		})
	}
}

// expirable publishes persistent messages that live ttlMs, or for ever if that
// is negative; their bodies number them from first.
func expirable(q *Queue, first int, ttlMs ...int64) {
	for i, ttl := range ttlMs {
		m := &message.Message{Header: make([]byte, 72), Body: []byte(strconv.Itoa(first + i)), Persistent: true, Expiration: ttl}
		q.Publish([]queue.Publication{{Message: m}})
	}
	synctest.Wait()
}

// TestExpiryAfterRestart: what recovery finds expires in its time, in
// whatever order, and what is published behind it as well.
func TestExpiryAfterRestart(t *testing.T) {
	const seed, n = 7, 400
	for _, args := range []map[string]any{{}, {"x-message-ttl": int32(500)}} {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewSource(seed))
			st, host := store.NewMemory(), &queuetest.Host{}
			kind := New(st)
			kind.limits = tiny
			args["x-dead-letter-exchange"] = "dlx"
			d := queue.Declaration{ID: 1, Vhost: "/", Name: "q", Durable: true, Arguments: args}
			q, begun := open(t, kind, d, host), time.Now()
			var expiries []int64 // by number, in ms since it begun
			publish := func() {
				now := time.Since(begun).Milliseconds()
				for range n {
					ttl := []int64{-1, r.Int63n(400), 400}[r.Intn(3)]
					expirable(q, len(expiries), ttl)
					switch {
					case ttl >= 0:
						expiries = append(expiries, now+ttl)
					case args["x-message-ttl"] != nil:
						expiries = append(expiries, now+500)
					default:
						expiries = append(expiries, 1<<62)
					}
				}
			}
			publish()
			time.Sleep(50 * time.Millisecond)
			q.Close(false)
			time.Sleep(50 * time.Millisecond)
			q = open(t, kind, d, host)
			time.Sleep(50 * time.Millisecond)
			publish()
			var died []string
			for range 60 {
				time.Sleep(10 * time.Millisecond)
				synctest.Wait()
				for _, l := range host.Letters() {
					died = append(died, l.Body)
				}
				now := time.Since(begun).Milliseconds()
				late := 0
				for _, at := range expiries {
					if at <= now {
						late++
					}
				}
				if len(died) != late || q.Stat().Ready != len(expiries)-late {
					t.Fatalf("seed %d, %v: at %d, %d died and %d are ready; %d should have died of %d",
						seed, args, now, len(died), q.Stat().Ready, late, len(expiries))
				}
			}
			got := all(q)
			for _, s := range died {
				i, _ := strconv.Atoi(s)
				got = append(got, i)
			}
			if slices.Sort(got); !isRange(got, 0, len(expiries)-1) {
				t.Errorf("seed %d: some are there twice: %v", seed, got)
			}
			q.Close(true)
			closeAll(t, kind, st)
		})
	}
}
