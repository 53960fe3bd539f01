package store

import (
	"encoding/binary"
	"errors"

	"github.com/dgraph-io/badger/v4"
	"github.com/hutchmq/hutchmq/store/journal"
)

const (
	txnBytes   = 1 << 20 // of keys and values in one transaction
	txnChanges = 4096
)

var errBatch = errors.New("an unfinished commit is damaged")

// Commit implements Store. What is too much for one transaction is first
// stored whole, as a promise to carry it out: a start finishes it.
func (d *Disk) Commit(b *Batch) error {
	if err := d.Failed(); err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	d.commit.Lock()
	defer d.commit.Unlock()
	if len(fittingChanges(b.changes)) == len(b.changes) {
		return d.applyAll(b.changes)
	}
	pieces, err := d.promise(b)
	if err == nil {
		err = d.applyAll(b.changes)
	}
	if err == nil {
		err = d.unpromise(pieces)
	}
	return err
}

// check refuses what Badger would: a promise must be one that can be kept.
func (b *Batch) check() error {
	for _, c := range b.changes {
		if len(c.key) == 0 || len(c.key) > MaxKey || len(c.value) > MaxRecord {
			return ErrTooLarge
		}
	}
	return nil
}

// fittingChanges is as many of the first changes as fit into a transaction.
func fittingChanges(cs []change) []change {
	bytes := 0
	for i, c := range cs {
		bytes += len(c.key) + len(c.value)
		if i > 0 && (bytes > txnBytes || i == txnChanges) {
			return cs[:i]
		}
	}
	return cs
}

// applyAll carries out changes, in as many transactions as they need.
func (d *Disk) applyAll(cs []change) error {
	for len(cs) > 0 {
		now := fittingChanges(cs)
		err := d.update(func(t *badger.Txn) error {
			for _, c := range now {
				if err := c.apply(t); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		cs = cs[len(now):]
	}
	return nil
}

func (c change) apply(t *badger.Txn) error {
	if c.value == nil {
		return t.Delete(recordKey(c.key))
	}
	return t.Set(recordKey(c.key), c.value)
}

// promise stores b in pieces, the first of them last: it counts them and has
// the checksum of all.
func (d *Disk) promise(b *Batch) (pieces int, err error) {
	all := b.encode()
	head := binary.AppendUvarint(nil, uint64(journal.Sum(all)))
	for ; len(all) > 0 && err == nil; pieces++ {
		n := min(len(all), txnBytes/2)
		err = d.set(promiseKey(pieces+1), all[:n])
		all = all[n:]
	}
	if err == nil {
		err = d.set(promiseKey(0), binary.AppendUvarint(head, uint64(pieces)))
	}
	return pieces, err
}

func (d *Disk) set(key, value []byte) error {
	return d.update(func(t *badger.Txn) error { return t.Set(key, value) })
}

// unpromise deletes the pieces of a promise, the first first.
func (d *Disk) unpromise(pieces int) error {
	for i := range pieces + 1 {
		err := d.update(func(t *badger.Txn) error { return t.Delete(promiseKey(i)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// finishCommit carries out a promise that a crash interrupted. Without its
// first piece it was never made.
func (d *Disk) finishCommit() error {
	var head, all []byte
	pieces := 0
	err := d.scan([]byte{promisePrefix}, func(key, value []byte) bool {
		if string(key) == string(promiseKey(0)) {
			head = append(head, value...)
			return true
		}
		pieces++
		all = append(all, value...)
		return true
	})
	if err != nil || head == nil && pieces == 0 {
		return err
	}
	if head != nil {
		if err := d.keepPromise(head, all); err != nil {
			return err
		}
	}
	return d.unpromise(pieces)
}

func (d *Disk) keepPromise(head, all []byte) error {
	r := journal.Decoder{Rest: head}
	if sum := r.Uvarint(); sum != uint64(journal.Sum(all)) {
		return errBatch
	}
	b, ok := parseBatch(all)
	if !ok {
		return errBatch
	}
	return d.applyAll(b.changes)
}

// encode b: for each change the key, and its length before it; 0 to delete or
// 1 and the value likewise.
func (b *Batch) encode() (dst []byte) {
	for _, c := range b.changes {
		dst = appendBytes(dst, c.key)
		if c.value == nil {
			dst = append(dst, 0)
			continue
		}
		dst = appendBytes(append(dst, 1), c.value)
	}
	return dst
}

func appendBytes(dst, p []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(p))), p...)
}

// parseBatch is the inverse of encode. The changes alias p.
func parseBatch(p []byte) (b Batch, ok bool) {
	d := journal.Decoder{Rest: p}
	for len(d.Rest) > 0 {
		c := change{key: d.Bytes(d.Uvarint())}
		if d.Byte() == 1 {
			c.value = d.Bytes(d.Uvarint())
		}
		b.changes = append(b.changes, c)
	}
	return b, !d.Bad
}
