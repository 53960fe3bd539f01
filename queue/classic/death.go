package classic

import "github.com/hutchmq/hutchmq/queue"

// death is a message that left the queue unwanted.
type death struct {
	entry
	why queue.Reason
}

// maxDead is how many deaths may wait for the one who buries them. Beyond it
// those who cause more take part, at the price of their order.
const maxDead = 1024

// die has e buried once the lock is free.
func (q *Queue) die(e entry, why queue.Reason, then *after) {
	q.dead = append(q.dead, death{e, why})
	then.died = true
}

// bury dead-letters what died, one goroutine at a time so that the order
// stays. Only then a message is forgotten: a crash between the two leaves it
// in both places rather than in none.
func (q *Queue) bury() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.dead) > 0 && (!q.burying || len(q.dead) > maxDead) {
		first := !q.burying
		dead := q.dead
		q.dead, q.burying = nil, true
		q.mu.Unlock()
		seqs := q.deadLetter(dead)
		q.mu.Lock()
		if len(seqs) > 0 && !q.closed {
			q.log.Settle(seqs)
		}
		if first {
			q.burying = false
		}
	}
}

// deadLetter hands dead to the host, and returns what of the log is done with.
func (q *Queue) deadLetter(dead []death) (done []uint64) {
	for i := range dead {
		d := &dead[i]
		if d.m == nil && q.options.DeadExchange != nil {
			if d.m = q.recall(&d.entry); d.m == nil {
				continue
			}
		}
		if x := q.options.DeadExchange; x != nil && !q.host.DeadLetter(nil, d.m, *x, q.options.DeadKey, d.why) {
			continue
		}
		if d.logged {
			done = append(done, d.seq)
		}
	}
	return done
}
