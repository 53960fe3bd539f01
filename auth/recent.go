package auth

import (
	"sync"
	"time"
)

// recent remembers values for a while, and of too many the newer ones. Its
// methods may be called concurrently.
type recent[K comparable, V any] struct {
	ttl  time.Duration
	most int

	mu         sync.Mutex
	young, old map[K]remembered[V] // each at most half of what may be
}

type remembered[V any] struct {
	value V
	since time.Time
}

func newRecent[K comparable, V any](ttl time.Duration, most int) *recent[K, V] {
	return &recent[K, V]{ttl: ttl, most: most, young: map[K]remembered[V]{}}
}

func (r *recent[K, V]) get(k K) (value V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m, ok := r.young[k]
	if !ok {
		m, ok = r.old[k]
	}
	if !ok || time.Since(m.since) >= r.ttl {
		return value, false
	}
	return m.value, true
}

func (r *recent[K, V]) put(k K, value V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.young) >= r.most/2 {
		r.old, r.young = r.young, map[K]remembered[V]{}
	}
	r.young[k] = remembered[V]{value, time.Now()}
}
