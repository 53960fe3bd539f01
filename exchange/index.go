package exchange

import (
	"hash/maphash"
	"sync/atomic"
)

// index maps keys to values, for many readers and one writer at a time:
// chained buckets, whose number follows that of the keys. Every change is one
// atomic store, so a reader always walks a complete chain. The zero value is
// empty and costs two words.
type index[K comparable, V any] struct {
	buckets atomic.Pointer[[]chain[K, V]]
	n       int // the writer's
}

type chain[K comparable, V any] = atomic.Pointer[entry[K, V]]

type entry[K comparable, V any] struct {
	key   K
	value *V
	next  atomic.Pointer[entry[K, V]]
}

// get finds the value under k, or nil. Any goroutine; k is not kept.
func (x *index[K, V]) get(k K) *V {
	b := x.buckets.Load()
	if b == nil {
		return nil
	}
	for e := x.chain(*b, k).Load(); e != nil; e = e.next.Load() {
		if e.key == k {
			return e.value
		}
	}
	return nil
}

// at finds the value under k, or puts a zero value there.
func (x *index[K, V]) at(k K) *V {
	v := x.get(k)
	if v == nil {
		v = new(V)
		x.put(k, v)
	}
	return v
}

// put adds v under k, where nothing is yet.
func (x *index[K, V]) put(k K, v *V) {
	b := x.buckets.Load()
	if b == nil || x.n >= len(*b) {
		b = x.resize(2 * x.n)
	}
	x.insert(*b, k, v)
	x.n++
}

// remove takes k out, which is there.
func (x *index[K, V]) remove(k K) {
	b := x.buckets.Load()
	link := x.chain(*b, k)
	e := link.Load()
	for ; e.key != k; e = link.Load() {
		link = &e.next
	}
	link.Store(e.next.Load())
	if x.n--; x.n == 0 {
		x.buckets.Store(nil)
	} else if x.n < len(*b)/8 {
		x.resize(2 * x.n)
	}
}

// resize makes new chains in n buckets or a few more. Values stay where they
// are, and readers on the old chains lose nothing that is still bound.
func (x *index[K, V]) resize(n int) *[]chain[K, V] {
	to := make([]chain[K, V], nextPower(n))
	if from := x.buckets.Load(); from != nil {
		for i := range *from {
			for e := (*from)[i].Load(); e != nil; e = e.next.Load() {
				x.insert(to, e.key, e.value)
			}
		}
	}
	x.buckets.Store(&to)
	return &to
}

func (x *index[K, V]) insert(b []chain[K, V], k K, v *V) {
	head := x.chain(b, k)
	e := &entry[K, V]{key: k, value: v}
	e.next.Store(head.Load())
	head.Store(e)
}

func (x *index[K, V]) chain(b []chain[K, V], k K) *chain[K, V] {
	if len(b) == 1 {
		return &b[0] // most words of a topic have one successor
	}
	return &b[maphash.Comparable(seed, k)&uint64(len(b)-1)]
}

// empty may be asked by any goroutine.
func (x *index[K, V]) empty() bool { return x.buckets.Load() == nil }
