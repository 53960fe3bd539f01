package delay

import (
	"encoding/binary"
	"slices"

	"github.com/hutchmq/hutchmq/store"
)

// forget forgets what was held in a vhost that is gone; its log is.
func (d *Delays) forget(vhost string, id uint64) error {
	var b store.Batch
	b.Delete([]byte(vhostPrefix + vhost))
	b.Set(keyIn(trashPrefix, id), nil)
	if err := d.store.Commit(&b); err != nil {
		return err
	}
	d.sweep(id)
	return nil
}

// Recover goes on with what the last end interrupted: what is kept of vhosts
// that are not there goes. Their logs are dropped by who asked for Logs.
func (d *Delays) Recover(there func(vhost string) bool) error {
	logs, err := d.Logs()
	if err != nil {
		return err
	}
	for vhost, id := range logs {
		if !there(vhost) {
			if err := d.forget(vhost, id); err != nil {
				return err
			}
		}
	}
	return d.store.Scan([]byte(trashPrefix), func(key, _ []byte) bool {
		if rest := key[len(trashPrefix):]; len(rest) == 8 {
			d.sweep(binary.BigEndian.Uint64(rest))
		}
		return true
	})
}

// sweep deletes the index of a log that is gone, in a goroutine of its own.
func (d *Delays) sweep(id uint64) {
	d.done.Go(func() {
		for _, prefix := range []string{indexPrefix, countPrefix} {
			for more := true; more; {
				var err error
				if more, err = d.sweepSome(keyIn(prefix, id)); err != nil {
					return // the next start goes on
				}
			}
		}
		var b store.Batch
		b.Delete(keyIn(trashPrefix, id))
		_ = d.store.Commit(&b)
	})
}

// sweepSome deletes some of what is under a prefix, and tells whether there may
// be more.
func (d *Delays) sweepSome(prefix []byte) (more bool, err error) {
	select {
	case <-d.stop:
		return false, errStopped
	default:
	}
	var b store.Batch
	err = d.store.Scan(prefix, func(key, _ []byte) bool {
		b.Delete(slices.Clone(key))
		return b.Len() < d.limits.pieces
	})
	if err != nil || b.Len() == 0 {
		return false, err
	}
	return true, d.store.Commit(&b)
}
