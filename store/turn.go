package store

// turn is what the writer has taken of a log, from Take to Written. Logs share
// a few: of a hundred thousand, most have nothing to write.
type turn struct {
	filling      []Entry
	fillingBytes int64
	skip         []uint64
	recording    []span
	recordDrop   bool
	counting     []counting
	settling     []span // by units
}

const (
	keptTurns = 64
	keptSpans = 4096 // a turn with longer lists is not kept
)

// taken is what the writer has in hand of l. l.mu is held.
func (l *log) taken() []Entry {
	if l.turn == nil {
		return nil
	}
	return l.turn.filling
}

// beginTurn gives l a turn. Only the writer may, with l.mu held.
func (l *log) beginTurn() *turn {
	d := l.d
	if n := len(d.turns) - 1; n < 0 {
		l.turn = new(turn)
	} else {
		l.turn, d.turns[n] = d.turns[n], nil
		d.turns = d.turns[:n]
	}
	return l.turn
}

// endTurn takes it back, empty but for the room of its lists.
func (l *log) endTurn() {
	d, t := l.d, l.turn
	l.turn = nil
	clear(t.counting)
	if len(d.turns) < keptTurns && max(cap(t.skip), cap(t.recording), cap(t.settling), cap(t.counting)) <= keptSpans {
		*t = turn{skip: t.skip[:0], recording: t.recording[:0], counting: t.counting[:0], settling: t.settling[:0]}
		d.turns = append(d.turns, t)
	}
}
