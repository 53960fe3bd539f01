package broker

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/store"
	"github.com/hutchmq/hutchmq/vhost"
)

// willPrefix begins the store keys of queues that were deleted, and still hold
// messages that are to be dead-lettered:
//
//	will/<vhost>/<id of the queue>  a will
const willPrefix = "will/"

// will is a queue that was deleted, and why.
type will struct {
	Queue  *definitions.Queue
	Reason queue.Reason
}

// willsIn is the prefix of the wills of a vhost.
func willsIn(vhost string) []byte { return append([]byte(willPrefix+vhost), 0) }

func willKey(vhost string, id uint64) []byte {
	return binary.BigEndian.AppendUint64(willsIn(vhost), id)
}

// putWill has b keep the will of q, or with forget no longer.
func putWill(b *store.Batch, q *vhost.Queue, forget bool) error {
	key := willKey(q.Vhost, q.ID)
	if forget {
		b.Delete(key)
		return nil
	}
	why, args := q.Will()
	w := will{&definitions.Queue{
		Vhost: q.Vhost, Name: q.Name, Type: q.Kind, Durable: true, Arguments: object(args), Encoded: encoded(args), ID: q.ID,
	}, why}
	value, err := json.Marshal(w)
	if err == nil {
		b.Set(key, value)
	}
	return err
}

// restoreWills has queues go on dying that were deleted before the restart, and
// notes their logs. What a vhost held that is gone goes with it.
func (b *Broker) restoreWills(logs map[uint64]bool) error {
	var wills []will
	var errs []error
	err := b.store.Scan([]byte(willPrefix), func(_, value []byte) bool {
		var w will
		if err := json.Unmarshal(value, &w); err != nil || w.Queue == nil {
			errs = append(errs, fmt.Errorf("the will of a queue: %w", err))
			return true
		}
		wills = append(wills, w)
		return true
	})
	for _, w := range wills {
		if _, err := b.Vhost(w.Queue.Vhost); err != nil {
			continue
		}
		logs[w.Queue.ID] = true
		errs = append(errs, b.restoreWill(w.Queue, w.Reason))
	}
	return errors.Join(append(errs, err)...)
}

func (b *Broker) restoreWill(r *definitions.Queue, why queue.Reason) error {
	v, args, err := b.stored(r.Vhost, r.Encoded, r.Arguments)
	if err != nil {
		return err
	}
	return v.RestoreWill(queue.Declaration{ID: r.ID, Name: r.Name, Durable: true, Arguments: args}, r.Type, why)
}
