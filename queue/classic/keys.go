package classic

import (
	"log/slog"

	"github.com/hutchmq/hutchmq/dedup"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
)

// keys are those of the messages in a queue that takes none twice, ready or
// unacknowledged. A key goes when its message is done, or dies. They are not
// stored: the messages are, and tell them after a restart.
type keys struct {
	table dedup.Table // an entry's Mark is its keyMark
	next  dedup.Key   // of the message that is just being enqueued,
	keyed bool        // if it has one
}

// keyMark tells the lane of a message, and whether the disk is to have it.
type keyMark int64

const durableMark = 256

func (k keyMark) lane() uint8   { return uint8(k) }
func (k keyMark) durable() bool { return k&durableMark != 0 }

// keyOf is the key of m, if it has one that is any good.
func (q *Queue) keyOf(m *message.Message) (dedup.Key, bool) {
	var room [8]byte
	k, err := message.ReadDedupKey(m.Header, &room)
	if err != nil || k.Class == 0 {
		return dedup.Key{}, false
	}
	return q.kind.hasher.Sum(k.Class, k.Text), true
}

// repeats reports whether the message of p is in q already. Then it is
// confirmed once that one is safe, and goes nowhere.
func (q *Queue) repeats(p *queue.Publication, then *after) bool {
	k := q.keys
	if k.next, k.keyed = q.keyOf(p.Message); !k.keyed {
		return false
	}
	e := k.table.Find(k.next)
	if e == nil {
		return false
	}
	q.traffic[queue.Published]--
	q.traffic[queue.Deduplicated]++
	then.repeated++
	switch {
	case p.Receipt.To == nil:
	case !keyMark(e.Mark).durable() || e.Seq <= q.stored:
		then.confirm(p.Receipt)
	case q.failed:
		then.refuse(p.Receipt)
	default:
		seq := e.Seq
		if n := q.receipts.len(); n > 0 {
			seq = max(seq, q.receipts.at(n-1).seq) // they are answered in order
		}
		q.receipts.pushBack(receipt{seq, p.Receipt})
	}
	return true
}

// remember notes the key of e, which is in the queue now.
func (q *Queue) remember(e *entry, durable bool) {
	k := q.keys
	if !k.keyed {
		return
	}
	mark := keyMark(e.lane)
	if durable {
		mark |= durableMark
	}
	k.table.Add(dedup.Entry{Key: k.next, Seq: e.seq, Mark: int64(mark)})
	k.keyed = false
}

// forget lets the key of message seq come again.
func (q *Queue) forget(seq uint64) {
	if q.keys != nil {
		q.keys.table.RemoveSeq(seq)
	}
}

// forgetRange is forget for what of a lane is numbered from to to.
func (q *Queue) forgetRange(lane uint8, from, to uint64) {
	if q.keys != nil {
		q.keys.table.RemoveRange(from, to, func(e *dedup.Entry) bool { return keyMark(e.Mark).lane() == lane })
	}
}

// keyChunk is how much of a backlog is read at a time, in bytes.
const keyChunk = 4 << 20

// recoverKeys reads the keys of all that recovery found. Nothing is published
// before that is done. Of two messages with one key, as a crash may leave them
// when one was dying, the first counts.
func (q *Queue) recoverKeys() error {
	var lists [][]dedup.Entry
	for i := range q.lanes {
		l := &q.lanes[i]
		var list []dedup.Entry
		for from := l.gap.first; l.gap.count > 0 && from <= l.gap.last; {
			es, err := q.read(q.log, l.number, from, l.gap.last, keyChunk)
			if err != nil {
				return err
			}
			if len(es) == 0 {
				break
			}
			for j := range es {
				if k, ok := q.keyOf(es[j].m); ok {
					list = append(list, dedup.Entry{Key: k, Seq: es[j].seq, Mark: int64(keyMark(l.number) | durableMark)})
				}
			}
			from = es[len(es)-1].seq + 1
		}
		lists = append(lists, list)
	}
	q.recalled.Store(nil)
	q.merge(lists)
	return nil
}

// merge puts keys of lanes, each in order, into the table in the order of all.
func (q *Queue) merge(lists [][]dedup.Entry) {
	for {
		first := -1
		for i, l := range lists {
			if len(l) > 0 && (first < 0 || l[0].Seq < lists[first][0].Seq) {
				first = i
			}
		}
		if first < 0 {
			return
		}
		e := lists[first][0]
		lists[first] = lists[first][1:]
		if t := &q.keys.table; t.Find(e.Key) == nil {
			t.Add(e)
		} else {
			slog.With("category", "queue").Debug("a queue has two messages of one key", "queue", q.Name, "vhost", q.Vhost)
		}
	}
}
