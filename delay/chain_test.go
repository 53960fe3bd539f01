package delay

import (
	"strconv"
	"time"

	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
)

// chain is a note that plans the next each time it is fired, in the same unit,
// as a schedule does: whatever happens, its numbers are fired one after the
// other, each once. crasher.mu guards it.
type chain struct {
	open chan struct{} // closed once the Holder is there
	last int           // number that was fired, this time or stored before
	over bool          // nothing more is planned
}

// chained is the lane of out for numbers of the chain.
const chained = 1

// restart finds the number that was stored last, and that none is missing.
func (x *chain) restart(c *crasher) {
	x.open, x.last = make(chan struct{}), 0
	err := c.out.Read(chained, 0, 1<<30, func(s store.Stored) bool {
		n, _ := strconv.Atoi(string(s.Meta))
		if n != x.last+1 {
			c.fail("number %d of the chain is behind %d", n, x.last)
		}
		x.last, c.outSeq = n, max(c.outSeq, s.Seq)
		return true
	})
	if err != nil {
		c.fail("%v", err)
	}
}

// goOn lets notes fire, and begins the chain if nothing of it was stored.
func (x *chain) goOn(c *crasher) {
	notes, err := c.h.Notes()
	if err != nil {
		c.fail("%v", err)
	}
	if len(notes) > 1 {
		c.fail("%d notes of the chain are held", len(notes))
	}
	if len(notes) == 0 && x.last == 0 {
		c.h.Plan(nil, c.now().UnixMilli(), []byte("1"))
	}
	close(x.open)
}

// fire takes a number, and plans the next. c.mu is held.
func (x *chain) fire(c *crasher, u queue.Unit, text []byte) {
	n, _ := strconv.Atoi(string(text))
	if n != x.last+1 {
		c.Errorf("seed %d, round %d: number %d of the chain was fired behind %d", c.seed, c.round, n, x.last)
	}
	x.last = n
	c.outSeq++
	c.out.PutIn(u, []store.Entry{{Seq: c.outSeq, Lane: chained, Item: note(text)}})
	if !x.over {
		c.h.Plan(u, c.now().UnixMilli()+4+c.seed, []byte(strconv.Itoa(n+1)))
	}
}

// check waits for the chain to go on: nothing of it was lost.
func (x *chain) check(c *crasher) {
	c.mu.Lock()
	from := x.last
	c.mu.Unlock()
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		c.mu.Lock()
		last := x.last
		c.mu.Unlock()
		if last > from {
			return
		}
		if time.Since(began) > 20*time.Second {
			c.fail("the chain ended with %d", last)
		}
	}
}
