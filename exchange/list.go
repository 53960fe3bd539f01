package exchange

import "sync/atomic"

// list holds values in the order they were added, for many readers and one
// writer at a time. Adding and removing cost O(1), amortised, and leave what a
// reader walks in place: a removed item leaves a hole, and holes are closed by
// moving to new memory. The zero value is empty.
type list[T any] struct {
	block atomic.Pointer[block[T]]
	live  int // the writer's
}

// block is the memory of a list. Slots below used are an item or a hole.
type block[T any] struct {
	used  atomic.Int64
	slots []atomic.Pointer[item[T]]
}

// item is a value in a list; it stays the same when it moves.
type item[T any] struct {
	value T
	at    int // the writer's
}

// view is the slots to walk; nil in a slot is a hole. Any goroutine.
func (l *list[T]) view() []atomic.Pointer[item[T]] {
	b := l.block.Load()
	if b == nil {
		return nil
	}
	return b.slots[:b.used.Load()]
}

// add appends v. The item is what remove wants.
func (l *list[T]) add(v T) *item[T] {
	b := l.block.Load()
	if b == nil || int(b.used.Load()) == len(b.slots) {
		b = l.move(l.live + 1)
	}
	it := &item[T]{value: v}
	b.push(it)
	l.live++
	return it
}

// remove makes a hole of it.
func (l *list[T]) remove(it *item[T]) {
	b := l.block.Load()
	b.slots[it.at].Store(nil)
	l.live--
	if l.live == 0 || l.live < int(b.used.Load())/2 {
		l.move(l.live)
	}
}

// move gives the list a new block without holes, with room for n items and
// half as many to come.
func (l *list[T]) move(n int) *block[T] {
	if n == 0 {
		l.block.Store(nil)
		return nil
	}
	b := &block[T]{slots: make([]atomic.Pointer[item[T]], n+n/2)}
	old := l.view()
	for i := range old {
		if it := old[i].Load(); it != nil {
			b.push(it)
		}
	}
	l.block.Store(b)
	return b
}

// push fills the next slot before readers may see that it is used.
func (b *block[T]) push(it *item[T]) {
	n := b.used.Load()
	it.at = int(n)
	b.slots[n].Store(it)
	b.used.Store(n + 1)
}
