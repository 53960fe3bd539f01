package stats

import "sort"

// ring holds the last rows of a history, at most one for each period. It grows
// up to most rows.
type ring struct {
	every int64 // milliseconds; 0: every row is taken
	most  int
	times []int64  // Unix milliseconds, of each row
	cells []uint64 // the rows, one behind the other
	head  int      // the oldest row, once the ring is full
	n     int
}

// place is where the i-th row from the oldest lies.
func (r *ring) place(i int) int {
	if i += r.head; i >= r.n {
		i -= r.n
	}
	return i
}

// row is the i-th row from the oldest.
func (r *ring) row(i, width int) []uint64 {
	at := r.place(i) * width
	return r.cells[at : at+width]
}

// push takes a row, unless the period has one already.
func (r *ring) push(at int64, row []uint64) {
	if r.every > 0 && r.n > 0 && at/r.every == r.times[r.place(r.n-1)]/r.every {
		return
	}
	if r.n == 0 && r.most <= rateRows {
		r.times, r.cells = make([]int64, 0, r.most), make([]uint64, 0, r.most*len(row))
	}
	if r.n < r.most {
		r.times, r.cells = append(r.times, at), append(r.cells, row...)
		r.n++
		return
	}
	r.times[r.head] = at
	copy(r.cells[r.head*len(row):], row)
	r.head = (r.head + 1) % r.n
}

// until is how many rows are not after at.
func (r *ring) until(at int64) int {
	return sort.Search(r.n, func(i int) bool { return r.times[r.place(i)] > at })
}
