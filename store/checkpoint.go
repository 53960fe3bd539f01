package store

import (
	"errors"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/store/journal"
)

const (
	moveBytes    = 256 << 10 // of entries in one transaction
	deletePages  = 1000      // in one transaction
	flattenBytes = 16 << 20  // of deleted pages that make it worth the while
	calmLooks    = 10        // without much that was settled, before a segment is vacated
)

// checkpointer moves what lives in sparse segments to pages, so that the
// segments can be given back, and deletes the pages that ran empty. It is the
// only one that writes pages. It rests as long as it works.
type checkpointer struct {
	d    *Disk
	quit chan struct{}
	done sync.WaitGroup
	next uint64 // page number

	// Its own, from one look to the next.
	before  map[*journal.Segment]past
	stuck   map[*journal.Segment]int // what lived when moving was in vain
	deleted int64                    // bytes since Flatten

	mu    sync.Mutex // after a log's
	empty []*journal.Run
}

// load reads the summaries of all pages.
func (c *checkpointer) load(d *Disk) (runs []*journal.Run, err error) {
	c.next = 1
	err2 := d.scan([]byte{summaryPrefix}, func(key, value []byte) bool {
		log, number, ok := parsePageKey(key)
		if !ok {
			return true
		}
		c.next = max(c.next, number+1)
		var r *journal.Run
		if r, err = parseSummary(log, number, value); err != nil {
			return false
		}
		runs = append(runs, r)
		return true
	})
	if err == nil {
		err = err2
	}
	return runs, err
}

func (c *checkpointer) start(d *Disk) {
	c.d = d
	c.quit = make(chan struct{})
	c.before, c.stuck = map[*journal.Segment]past{}, map[*journal.Segment]int{}
	c.done.Go(c.work)
}

func (c *checkpointer) stop() {
	close(c.quit)
	c.done.Wait()
}

func (c *checkpointer) work() {
	tick := time.NewTicker(c.d.o.CheckEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := c.look(); err != nil && !errors.Is(err, ErrFull) {
				c.d.o.Log.Warn("cannot checkpoint", "error", err)
			}
		case <-c.quit:
			return
		}
	}
}

// look does all there is to do.
func (c *checkpointer) look() error {
	if err := c.deleteEmpty(); err != nil {
		return err
	}
	for _, s := range c.sparse() {
		if c.stopping() {
			return nil
		}
		if err := c.vacate(s); err != nil {
			c.stuck[s] = c.before[s].lived
			return err
		}
	}
	return nil
}

func (c *checkpointer) stopping() bool {
	select {
	case <-c.quit:
		return true
	default:
		return c.d.Failed() != nil
	}
}
