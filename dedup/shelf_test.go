package dedup

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// answered remembers what it was told, by the number of the receipt.
type answered struct {
	mu   sync.Mutex
	told map[uint64]bool
}

func (a *answered) Confirm(seqs []uint64, stored bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, n := range seqs {
		a.told[n] = stored
	}
}

// is what became of receipt n: "", "yes" or "no".
func (a *answered) is(n uint64) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch stored, told := a.told[n]; {
	case !told:
		return ""
	case stored:
		return "yes"
	}
	return "no"
}

// still is a store whose writer never comes: Stored is for the test to call.
type still struct{ *store.Memory }

func (s still) Log(id uint64, durable bool, o store.Owner) (store.Log, error) {
	return s.Memory.Log(id, durable, quiet{})
}

type quiet struct{}

func (quiet) Stored(uint64, error) {}

// desk is a shelf with a clock that stands.
type desk struct {
	*testing.T
	*Shelf
	answered
	now  int64
	last uint64
}

func newDesk(t *testing.T) *desk {
	d := &desk{T: t, answered: answered{told: map[uint64]bool{}}, now: 1000}
	st := store.NewMemory()
	var err error
	if d.Shelf, err = openAt(still{st}, func() int64 { return d.now }); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.Close()
		st.Close()
	})
	return d
}

func (d *desk) index(durable bool, b Bounds) *Index {
	x, err := d.Index(7, durable, b)
	if err != nil {
		d.Fatal(err)
	}
	return x
}

// await asks for an answer, and gives the number of the receipt.
func (d *desk) await(o Original) uint64 {
	d.last++
	o.Await(queue.Receipt{To: &d.answered, Seq: d.last})
	return d.last
}

func (d *desk) want(n uint64, what string) {
	d.Helper()
	if got := d.is(n); got != what {
		d.Errorf("receipt %d: %q, want %q", n, got, what)
	}
}

// claims claims key n, and tells whether it was new.
func (d *desk) claim(x *Index, n int) (*KeyClaim, Original) { return x.Claim(keyOf(n), -1) }

func (d *desk) add(x *Index, n int) {
	d.Helper()
	c, _ := d.claim(x, n)
	if c == nil {
		d.Fatalf("key %d is there already", n)
	}
	x.Put(nil, c, true)
}

// TestAnswers: who repeats something is answered once the original is on disk,
// whenever that comes, and refused when it does not make it.
func TestAnswers(t *testing.T) {
	d := newDesk(t)
	x := d.index(true, Bounds{MaxKeys: 10})
	c, _ := d.claim(x, 1)
	_, o := d.claim(x, 1)
	early := d.await(o) // before it is put
	x.Put(nil, c, true)
	_, o = d.claim(x, 1)
	late := d.await(o)
	d.want(early, "")
	d.want(late, "")
	x.Stored(1, nil)
	d.want(early, "yes")
	d.want(late, "yes")
	d.want(d.await(o), "yes")

	c, _ = d.claim(x, 2)
	_, o = d.claim(x, 2)
	early = d.await(o)
	x.Drop(c)
	d.want(early, "no")
	d.want(d.await(o), "no")
	if c, _ = d.claim(x, 2); c == nil {
		t.Fatal("what was dropped cannot come again")
	}
	x.Put(nil, c, false) // a transient message: nothing to wait for
	_, o = d.claim(x, 2)
	d.want(d.await(o), "yes")

	d.add(x, 3)
	_, o = d.claim(x, 3)
	failed := d.await(o)
	x.Stored(3, errors.New("the disk is full"))
	d.want(failed, "no")
	d.want(d.await(o), "no")

	d.add(x, 4)
	_, o = d.claim(x, 4)
	x.Close(true)
	d.want(d.await(o), "no")
}

// TestForgetting: keys go when their time is over, and the oldest when there are
// too many.
func TestForgetting(t *testing.T) {
	d := newDesk(t)
	x := d.index(true, Bounds{MaxKeys: 3, TTLMs: 100})
	knows := func(want string) {
		t.Helper()
		got := ""
		for n := range 10 {
			if _, ok := x.Has(keyOf(n)); ok {
				got += fmt.Sprint(n)
			}
		}
		if got != want {
			t.Errorf("knows %q, want %q", got, want)
		}
	}
	for n := range 5 {
		d.now++
		d.add(x, n)
	}
	knows("234")
	if s := x.Size(); s.Keys != 3 || s.Evicted != 2 || s.Bytes == 0 {
		t.Errorf("size %+v", s)
	}
	d.now += 98
	knows("34")
	c, _ := d.claim(x, 2)
	if c == nil {
		t.Fatal("a key that expired cannot come again")
	}
	x.Put(nil, c, true)
	knows("234")
	c, _ = x.Claim(keyOf(9), 1000) // its message says so
	x.Put(nil, c, true)
	d.now += 500
	knows("9")
	if !x.Forget(keyOf(9)) || x.Forget(keyOf(9)) {
		t.Error("forgot 9 not once")
	}
	d.add(x, 5)
	if n := x.Clear(); n != 1 {
		t.Errorf("cleared %d", n)
	}
	knows("")
}

// TestProducers: what is new, what came before, and what may come again.
func TestProducers(t *testing.T) {
	d := newDesk(t)
	ps := d.Producers("/")
	held := map[int64]*NumberClaim{}
	step := func(epoch, n int64, want Verdict) {
		t.Helper()
		c, _, _, what := ps.Claim([]byte("p"), epoch, n)
		if what != want {
			t.Errorf("epoch %d, number %d: %d, want %d", epoch, n, what, want)
		}
		if what == Fresh {
			held[n] = c
		}
	}
	put := func(ns ...int64) {
		var cs []*NumberClaim
		for _, n := range ns {
			cs = append(cs, held[n])
		}
		ps.Put(nil, cs, func(int) bool { return true })
	}
	drop := func(ns ...int64) {
		var cs []*NumberClaim
		for _, n := range ns {
			cs = append(cs, held[n])
		}
		ps.Drop(cs)
	}
	step(0, 0, Fresh)
	put(0)
	step(0, 0, Again)
	for n := int64(5); n < 10; n++ { // a gap is allowed
		step(0, n, Fresh)
	}
	step(0, 3, Again)
	step(0, 7, Again)
	drop(6, 8, 9)
	put(5, 7)
	step(0, 7, Again)
	step(0, 9, Fresh)
	step(0, 6, Fresh) // in between
	step(0, 6, Again)
	drop(6)
	put(9)
	if l := ps.List(); len(l) != 1 || l[0] != (Producer{"p", 0, 9, 2, 1000}) {
		t.Errorf("list %+v", l)
	}
	step(2, 0, Fresh)
	step(1, 100, Fenced)
	step(0, 6, Fenced)
	put(0)
	step(2, 0, Again)
	if !ps.Forget("p") || ps.Forget("p") {
		t.Error("forgot p not once")
	}
	step(0, 0, Fresh)
	put(0)
}

// TestMissing: a producer of which much was refused is refused, until that has
// come again.
func TestMissing(t *testing.T) {
	d := newDesk(t)
	ps := d.Producers("/")
	claim := func(n int64) (c *NumberClaim, what Verdict) {
		c, _, _, what = ps.Claim([]byte("p"), 0, n)
		return c, what
	}
	yes := func(int) bool { return true }
	for n := int64(0); n < 2*maxMissing; n += 2 {
		refused, _ := claim(n)
		taken, what := claim(n + 1)
		if what != Fresh {
			t.Fatalf("number %d: %d", n+1, what)
		}
		ps.Drop([]*NumberClaim{refused})
		ps.Put(nil, []*NumberClaim{taken}, yes)
	}
	if _, what := claim(2*maxMissing + 7); what != Refused {
		t.Errorf("too much is missing, and the next is %d", what)
	}
	c, what := claim(0)
	if what != Fresh {
		t.Fatalf("what was refused is %d", what)
	}
	ps.Put(nil, []*NumberClaim{c}, yes)
	if _, what := claim(2*maxMissing + 7); what != Fresh {
		t.Errorf("there is room again, and the next is %d", what)
	}
}

// TestManyProducers: the one that published longest ago goes, and those that
// have been idle for too long.
func TestManyProducers(t *testing.T) {
	d := newDesk(t)
	d.SetProducers(ProducerBounds{Max: 3, IdleMs: 100})
	ps := d.Producers("/")
	publish := func(id string) Verdict {
		c, _, _, what := ps.Claim([]byte(id), 0, 1)
		if c != nil {
			ps.Put(nil, []*NumberClaim{c}, func(int) bool { return true })
		}
		d.now++
		return what
	}
	names := func() (list []string) {
		for _, p := range ps.List() {
			list = append(list, p.ID)
		}
		return list
	}
	for _, id := range []string{"a", "b", "c", "a", "d"} {
		publish(id)
	}
	if got := names(); !slices.Equal(got, []string{"a", "c", "d"}) {
		t.Errorf("%v are left", got)
	}
	if n, evicted := ps.Counts(); n != 3 || evicted != 1 {
		t.Errorf("%d, of which %d had to go", n, evicted)
	}
	d.now += 98
	if got := names(); !slices.Equal(got, []string{"d"}) {
		t.Errorf("%v are not idle", got)
	}
	if publish("a") != Fresh {
		t.Error("a has been idle for too long, and is remembered")
	}
}

// TestRecord: what is stored of a producer comes back.
func TestRecord(t *testing.T) {
	for _, r := range []record{
		{"/", "p", 0, -1, nil},
		{"", "p", 3, 1<<63 - 1, []int64{0, 7, 1 << 40}},
		{"vhost", "a name", 1<<63 - 1, 10, []int64{3, 9}},
	} {
		got, ok := parseRecord(r.encode())
		if !ok || got.vhost != r.vhost || got.id != r.id || got.epoch != r.epoch || got.last != r.last || !slices.Equal(got.missing, r.missing) {
			t.Errorf("%+v came back as %+v, %v", r, got, ok)
		}
	}
}

// FuzzRecord: whatever reads as a record reads the same once it is encoded.
func FuzzRecord(f *testing.F) {
	f.Add([]byte((&record{"/", "p", 1, 100, []int64{3, 50}}).encode()))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, ok := parseRecord(b)
		if !ok {
			return
		}
		again, ok := parseRecord(r.encode())
		if !ok || again.id != r.id || again.last != r.last || !slices.Equal(again.missing, r.missing) {
			t.Errorf("%+v became %+v, %v", r, again, ok)
		}
	})
}
