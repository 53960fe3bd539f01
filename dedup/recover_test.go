package dedup

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/hutchmq/hutchmq/store"
)

// onDisk opens a shelf in dir, and closes it after do.
func onDisk(t testing.TB, dir string, do func(s *Shelf)) {
	t.Helper()
	st, err := store.Open(dir, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(st)
	if err != nil {
		t.Fatal(err)
	}
	do(s)
	s.Close()
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestRecovery: what was put is there after a restart, the oldest first; what
// was not meant to last, was forgotten or belongs to a vhost that is gone is not.
func TestRecovery(t *testing.T) {
	dir := t.TempDir()
	open := func(s *Shelf) *Index {
		x, err := s.Index(7, true, Bounds{MaxKeys: 4})
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	onDisk(t, dir, func(s *Shelf) {
		x := open(s)
		for n := range 8 {
			c, _ := x.Claim(x.Sum('i', fmt.Append(nil, n)), -1)
			x.Put(nil, c, n != 6)
		}
		x.Forget(x.Sum('i', []byte("5")))
		x.Close(false)
		for _, vhost := range []string{"/", "gone"} {
			c, _, _, _ := s.Producers(vhost).Claim([]byte("p"), 3, 9)
			s.Producers(vhost).Put(nil, []*NumberClaim{c}, func(int) bool { return true })
		}
	})
	onDisk(t, dir, func(s *Shelf) {
		s.Retain(func(vhost string) bool { return vhost == "/" })
		x := open(s)
		known := ""
		for n := range 9 {
			if _, ok := x.Has(x.Sum('i', fmt.Append(nil, n))); ok {
				known += fmt.Sprint(n)
			}
		}
		if known != "47" {
			t.Errorf("knows %s", known)
		}
		x.Close(false)
		if _, _, epoch, what := s.Producers("/").Claim([]byte("p"), 2, 10); what != Fenced || epoch != 3 {
			t.Errorf("an earlier epoch is %d, and %d the one that holds", what, epoch)
		}
		if _, _, _, what := s.Producers("/").Claim([]byte("p"), 3, 9); what != Again {
			t.Errorf("what came before is %d", what)
		}
		if n, _ := s.Producers("gone").Counts(); n != 0 {
			t.Errorf("%d producers of a vhost that is gone", n)
		}
	})
}

// BenchmarkRecoverIndex opens an index with a million keys.
func BenchmarkRecoverIndex(b *testing.B) {
	const many = 1_000_000
	dir := b.TempDir()
	open := func(s *Shelf) *Index {
		x, err := s.Index(7, true, Bounds{MaxKeys: many})
		if err != nil {
			b.Fatal(err)
		}
		return x
	}
	onDisk(b, dir, func(s *Shelf) {
		x := open(s)
		for n := range many {
			if n%10_000 == 0 {
				s.store.WaitRoom()
			}
			c, _ := x.Claim(keyOf(n), -1)
			x.Put(nil, c, true)
		}
		x.Close(false)
	})
	b.ResetTimer()
	for range b.N {
		b.StopTimer()
		onDisk(b, dir, func(s *Shelf) {
			b.StartTimer()
			x := open(s)
			b.StopTimer()
			if n := x.Size().Keys; n != many {
				b.Fatalf("%d keys", n)
			}
			b.ReportMetric(float64(x.Size().Bytes)/many, "B/key")
			x.Close(false)
		})
	}
}
