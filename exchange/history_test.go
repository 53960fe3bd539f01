package exchange

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// recalled are the keys of what r remembers.
func recalled(r Router) string {
	var keys []string
	for _, m := range r.(Recalling).Recall() {
		keys = append(keys, m.RoutingKey)
	}
	return strings.Join(keys, " ")
}

func TestRecentHistoryRecalls(t *testing.T) {
	for _, c := range []struct {
		length any
		want   string
	}{
		{nil, "5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24"},
		{int32(3), "22 23 24"}, {int64(1), "24"}, {uint8(2), "23 24"},
	} {
		args := amqp.Table{}
		if c.length != nil {
			args["x-recent-history-length"] = c.length
		}
		r := newRouter(t, given{RecentHistory, args})
		if got := recalled(r); got != "" {
			t.Errorf("before any message: %s", got)
		}
		var set Set
		for i := range 25 {
			r.Route(published(fmt.Sprint(i), nil), "", &set)
		}
		if got := recalled(r); got != c.want {
			t.Errorf("length %v: recalls %s\nwant %s", c.length, got, c.want)
		}
	}
}

func TestRecentHistoryNoStore(t *testing.T) {
	r := newRouter(t, RecentHistory)
	var set Set
	for key, x := range map[string]any{"yes": true, "no": false, "text": "true"} {
		r.Route(published(key, amqp.Table{"x-recent-history-no-store": x}), key, &set)
	}
	if got := recalled(r); got != "no text" && got != "text no" {
		t.Errorf("recalls %s", got)
	}
}

func TestRecentHistoryLength(t *testing.T) {
	for _, c := range []struct {
		length any
		want   string
	}{
		{int32(0), "Invalid argument 0, 'x-recent-history-length' must be a positive integer"},
		{int64(-1), "Invalid argument -1, 'x-recent-history-length' must be a positive integer"},
		{"5", `Invalid argument <<"5">>, 'x-recent-history-length' must be a positive integer`},
		{nil, "Invalid argument undefined, 'x-recent-history-length' must be a positive integer"},
	} {
		_, err := RecentHistory.New(amqp.Table{"x-recent-history-length": c.length})
		if err == nil || err.Error() != "PRECONDITION_FAILED - "+c.want {
			t.Errorf("length %v: %v, want %s", c.length, err, c.want)
		}
	}
	r := newRouter(t, given{RecentHistory, amqp.Table{"x-recent-history-length": int64(1) << 60}})
	if n := len(r.(*recentHistory).history.ring); n != maxHistory {
		t.Errorf("room for %d messages", n)
	}
}

// TestHistoryAgainstSlice keeps messages of all sizes; what is left are the
// last that fit both bounds.
func TestHistoryAgainstSlice(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 0))
	body := make([]byte, maxHistoryBytes+1)
	for _, length := range []int{1, 5, 100} {
		h := newHistory(length)
		var want []*message.Message
		for i := range 1000 {
			size := r.IntN(1000)
			if r.IntN(4) == 0 {
				size = r.IntN(maxHistoryBytes / []int{1, 3, 20}[r.IntN(3)])
			}
			m := &message.Message{RoutingKey: fmt.Sprint(i), Body: body[:size]}
			h.keep(m)
			want = append(want, m)
			for total(want) > maxHistoryBytes || len(want) > length {
				want = want[1:]
			}
			if got := h.list(); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("seed %d, length %d, step %d: %d messages, want %d", seed, length, i, len(got), len(want))
			}
			if h.bytes.Load() != total(want) {
				t.Fatalf("seed %d, length %d, step %d: counts %d bytes, want %d", seed, length, i, h.bytes.Load(), total(want))
			}
		}
		h.keep(&message.Message{Body: body})
		if n := len(h.list()); n != 0 || h.bytes.Load() != 0 {
			t.Errorf("a message beyond all bounds leaves %d, and %d bytes", n, h.bytes.Load())
		}
	}
}

func total(ms []*message.Message) (n int64) {
	for _, m := range ms {
		n += footprint(m)
	}
	return n
}

// TestHistoryTogether: whoever keeps at the same time, the count of bytes is
// right in the end, and the bound holds.
func TestHistoryTogether(t *testing.T) {
	h := newHistory(50)
	body := make([]byte, maxHistoryBytes/10)
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 2000 {
				h.keep(&message.Message{Body: body[:len(body)*(i%(w+2))/(w+2)]})
				h.list()
			}
		})
	}
	writers.Wait()
	if got, want := h.bytes.Load(), total(h.list()); got != want || got > maxHistoryBytes {
		t.Errorf("counts %d bytes of %d", got, want)
	}
}
