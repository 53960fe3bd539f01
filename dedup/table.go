package dedup

import "sort"

// Entry is a key that is remembered.
type Entry struct {
	Key  Key
	Seq  uint64 // rises from entry to entry
	Mark int64  // whatever the owner of the table notes
}

// gone reports whether e has left its place.
func (e *Entry) gone() bool { return e.Key == Key{} }

// Table holds entries in order of their sequence numbers, and finds them by
// key and by number. The zero Table is empty. It is for one goroutine at a
// time.
//
// Entries lie in chunks, in places that are numbered as they come; one that
// leaves from the middle leaves a hole. An open-addressed index has the places
// by key. An entry takes 32 bytes and 5 to 11 for the index: see
// BenchmarkTable.
type Table struct {
	chunks      []*[chunkLen]Entry // the first has the place base
	base        uint64             // a multiple of chunkLen
	first, next uint64             // places; what stands at first is no hole
	held        int
	cells       []uint32 // 0: empty, else a place less origin, plus 1
	origin      uint64
	spare       *[chunkLen]Entry
}

const (
	chunkLen = 64
	minCells = 16
	// maxSpan is how many places the cells can tell apart.
	maxSpan = 1<<32 - 2
)

// Len is how many entries there are.
func (t *Table) Len() int { return t.held }

// Bytes is about how much memory the table takes.
func (t *Table) Bytes() int64 {
	return int64(len(t.chunks))*(chunkLen*32+8) + int64(len(t.cells))*4
}

func (t *Table) at(place uint64) *Entry {
	i := place - t.base
	return &t.chunks[i/chunkLen][i%chunkLen]
}

// Find is the entry of k, nil when there is none. It is valid until the table
// changes, and only its Mark may be changed.
func (t *Table) Find(k Key) *Entry {
	if t.held == 0 {
		return nil
	}
	_, e := t.cell(k)
	return e
}

// cell is where the place of k stands, or would.
func (t *Table) cell(k Key) (i uint64, e *Entry) {
	mask := uint64(len(t.cells) - 1)
	for i = k.lo & mask; t.cells[i] != 0; i = (i + 1) & mask {
		if e := t.at(t.origin + uint64(t.cells[i]) - 1); e.Key == k {
			return i, e
		}
	}
	return i, nil
}

// Add adds e, whose key is not there, behind all others.
func (t *Table) Add(e Entry) {
	if 4*(t.held+1) > 3*len(t.cells) || t.next-t.origin >= maxSpan {
		t.rehash(max(minCells, 2*len(t.cells)))
	}
	if t.next-t.base == uint64(len(t.chunks))*chunkLen {
		t.chunks = append(t.chunks, t.chunk())
	}
	*t.at(t.next) = e
	i, _ := t.cell(e.Key)
	t.cells[i] = uint32(t.next-t.origin) + 1
	t.next++
	t.held++
}

func (t *Table) chunk() *[chunkLen]Entry {
	if c := t.spare; c != nil {
		t.spare = nil
		return c
	}
	return new([chunkLen]Entry)
}

// rehash makes an index of n cells.
func (t *Table) rehash(n int) {
	if t.next-t.origin >= maxSpan {
		n = len(t.cells)
	}
	t.cells, t.origin = make([]uint32, n), t.first
	for p := t.first; p < t.next; p++ {
		if e := t.at(p); !e.gone() {
			i, _ := t.cell(e.Key)
			t.cells[i] = uint32(p-t.origin) + 1
		}
	}
}

// Oldest is the entry that came first, nil when there is none.
func (t *Table) Oldest() *Entry {
	if t.held == 0 {
		return nil
	}
	return t.at(t.first)
}

// Each yields the entries, the oldest first, until yield returns false. It must
// not change the table.
func (t *Table) Each(yield func(*Entry) bool) {
	for p := t.first; p < t.next; p++ {
		if e := t.at(p); !e.gone() && !yield(e) {
			return
		}
	}
}

// Remove takes out k, if it is there.
func (t *Table) Remove(k Key) {
	if t.held == 0 {
		return
	}
	i, e := t.cell(k)
	if e == nil {
		return
	}
	t.unlink(i)
	*e = Entry{Seq: e.Seq}
	t.held--
	t.trim()
}

// RemoveSeq takes out the entry with that number, if it is there.
func (t *Table) RemoveSeq(seq uint64) {
	if p := t.place(seq); p < t.next && t.at(p).Seq == seq && !t.at(p).gone() {
		t.Remove(t.at(p).Key)
	}
}

// RemoveRange takes out the entries numbered from to to that are to go.
func (t *Table) RemoveRange(from, to uint64, goes func(*Entry) bool) {
	var keys []Key
	for p := t.place(from); p < t.next && t.at(p).Seq <= to; p++ {
		if e := t.at(p); !e.gone() && goes(e) {
			keys = append(keys, e.Key)
		}
	}
	for _, k := range keys {
		t.Remove(k)
	}
}

// place is that of the first entry, or hole, with a number of at least seq.
func (t *Table) place(seq uint64) uint64 {
	n := int(t.next - t.first)
	if n == 0 || t.at(t.first).Seq >= seq {
		return t.first
	}
	return t.first + uint64(sort.Search(n, func(i int) bool { return t.at(t.first+uint64(i)).Seq >= seq }))
}

// unlink empties a cell, and moves up those that had to stand behind it.
func (t *Table) unlink(i uint64) {
	mask := uint64(len(t.cells) - 1)
	for j := (i + 1) & mask; t.cells[j] != 0; j = (j + 1) & mask {
		home := t.at(t.origin+uint64(t.cells[j])-1).Key.lo & mask
		if (j-home)&mask >= (j-i)&mask {
			t.cells[i] = t.cells[j]
			i = j
		}
	}
	t.cells[i] = 0
}

// trim lets go of what no entry needs: holes in front, and all of them once
// they are more than half.
func (t *Table) trim() {
	switch {
	case t.held == 0 && len(t.chunks) == 1:
		*t = Table{chunks: t.chunks, cells: t.cells} // which are empty
		return
	case t.held == 0:
		*t = Table{}
		return
	case t.next-t.first > 2*uint64(t.held)+4*chunkLen:
		t.closeRanks()
		return
	}
	for t.at(t.first).gone() {
		t.first++
	}
	for t.first-t.base >= chunkLen {
		t.spare, t.chunks[0] = t.chunks[0], nil
		t.chunks = t.chunks[1:]
		t.base += chunkLen
	}
}

// closeRanks moves the entries to a table without holes.
func (t *Table) closeRanks() {
	var u Table
	t.Each(func(e *Entry) bool {
		u.Add(*e)
		return true
	})
	*t = u
}
