package classic

// strand is parked messages of which one goes after the other: those of a
// group, of a key with a limit, or of no key at all.
type strand struct {
	group   bool
	plain   bool // it has no key: it takes its turn with all that have none
	name    string
	of      trait // what its messages have in common, if it is no group
	spots   heap[spot]
	flying  int // of a group: delivered, and not settled
	state   state
	ticket  uint64 // its place among those that wait for a turn; 0 none
	awaited bool   // its first message is being read

	// Where it stands while it is ready.
	shelf      int
	class      uint32
	limiter    *limiter
	released   bool // by its limiter, one of all that wait for it
	next, prev *strand
}

// state is what a strand waits for.
type state uint8

const (
	idle    state = iota // a message
	busy                 // its group's deliveries
	dry                  // its limiter
	reading              // the disk
	ready                // a consumer
	states
)

// spot is a parked message.
type spot struct {
	position uint64
	class    uint32 // the filters that want it
	limiter  *limiter
}

func (a spot) before(b spot) bool { return a.position < b.position }

func (it *spot) shelf() int { return int(it.position >> laneShift) }

// trait is what messages without a group have in common that are in one strand.
type trait struct {
	class   uint32
	limiter *limiter
}

// wants is what a consumer takes: one filter's messages, or all.
type wants uint64

const everything wants = 1 << 63

// admits reports whether w takes messages that those filters want.
func (w wants) admits(class uint32) bool { return w == everything || uint64(w)&uint64(class) != 0 }

// shelf is what a selection knows of one lane: how far it has looked through
// its head, and the strands whose first message is here and may go.
type shelf struct {
	seen   uint64 // the head was looked through up to here
	parked int    // entries in the head that are
	sunk   uint64 // what was parked up to here was let go of, if it is on disk
	turns  []turns
	plain  []*strand
}

// turns are strands of one class that take turns.
type turns struct {
	class uint32
	first *strand
}

// first is the strand whose turn it is, of those that w admits. Without a key
// the oldest message is first, and all of them together have one turn.
func (h *shelf) first(w wants, plainTicket uint64) (best *strand) {
	for i := range h.turns {
		t := &h.turns[i]
		if w.admits(t.class) && (best == nil || t.first.ticket < best.ticket) {
			best = t.first
		}
	}
	var plain *strand
	for _, st := range h.plain {
		if w.admits(st.class) && (plain == nil || st.spots[0].before(plain.spots[0])) {
			plain = st
		}
	}
	if plain != nil && (best == nil || plainTicket < best.ticket) {
		return plain
	}
	return best
}

// enter puts st behind the others of its class.
func (h *shelf) enter(st *strand) {
	if st.plain {
		h.plain = append(h.plain, st)
		return
	}
	for i := range h.turns {
		if first := h.turns[i].first; h.turns[i].class == st.class {
			st.next, st.prev = first, first.prev
			st.prev.next, first.prev = st, st
			return
		}
	}
	st.next, st.prev = st, st
	h.turns = append(h.turns, turns{st.class, st})
}

func (h *shelf) leave(st *strand) {
	if st.plain {
		for i := range h.plain {
			if h.plain[i] == st {
				h.plain[i] = h.plain[len(h.plain)-1]
				h.plain = h.plain[:len(h.plain)-1]
				return
			}
		}
		return
	}
	for i := range h.turns {
		t := &h.turns[i]
		switch {
		case t.class != st.class:
			continue
		case st.next == st:
			*t = h.turns[len(h.turns)-1]
			h.turns = h.turns[:len(h.turns)-1]
		case t.first == st:
			t.first = st.next
		}
		break
	}
	st.prev.next, st.next.prev = st.next, st.prev
	st.next, st.prev = nil, nil
}
