package store

import (
	"github.com/dgraph-io/badger/v4"
	"github.com/hutchmq/hutchmq/store/journal"
)

// dead takes a run that is nobody's any more; if it was in a page, the page
// goes.
func (c *checkpointer) dead(r *journal.Run) {
	if r.Page == 0 {
		return
	}
	c.mu.Lock()
	c.empty = append(c.empty, r)
	c.mu.Unlock()
}

// deleteEmpty deletes the pages that ran empty, and tidies up when it has
// deleted much and there is nothing else to do.
func (c *checkpointer) deleteEmpty() error {
	c.mu.Lock()
	list := c.empty
	c.empty = nil
	c.mu.Unlock()
	if len(list) == 0 && c.deleted >= flattenBytes && room(c.d.badger) == nil {
		c.deleted = 0
		return c.d.db.Flatten(1)
	}
	for len(list) > 0 {
		n := min(len(list), deletePages)
		if err := c.d.update(func(t *badger.Txn) error { return deleteAll(t, list[:n]) }); err != nil {
			c.mu.Lock()
			c.empty = append(c.empty, list...)
			c.mu.Unlock()
			return err
		}
		for _, r := range list[:n] {
			c.deleted += r.Bytes
		}
		list = list[n:]
	}
	return nil
}

func deleteAll(t *badger.Txn, list []*journal.Run) error {
	for _, r := range list {
		for _, prefix := range []byte{summaryPrefix, pagePrefix} {
			if err := t.Delete(pageKey(prefix, r.Log, r.Page)); err != nil {
				return err
			}
		}
	}
	return nil
}
