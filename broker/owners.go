package broker

import (
	"errors"
	"sync"

	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/store"
)

// ownerPrefix begins the store keys that say who owns a record:
//
//	owner/<key of the record>  the name of the owner
const ownerPrefix = "owner/"

// owners says whose the records are that definitions with an owner made. What
// anybody else made is nobody's. It is kept for as long as its record.
type owners struct {
	mu sync.Mutex
	of map[string]string // by key of the record
}

// load reads who owns what; what is owned and not there came to its end between
// two steps.
func (o *owners) load(s store.Store) error {
	o.of = map[string]string{}
	err := s.Scan([]byte(ownerPrefix), func(key, value []byte) bool {
		o.of[string(key[len(ownerPrefix):])] = string(value)
		return true
	})
	if err != nil {
		return err
	}
	var b store.Batch
	for key := range o.of {
		if _, err := s.Get([]byte(key)); errors.Is(err, store.ErrNotFound) {
			o.forget(&b, []byte(key))
		} else if err != nil {
			return err
		}
	}
	return s.Commit(&b)
}

// owner is whose the record under key is, or "".
func (o *owners) owner(key []byte) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.of[string(key)]
}

// set has b say that the records under keys are owner's.
func (o *owners) set(b *store.Batch, keys [][]byte, owner string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, key := range keys {
		o.of[string(key)] = owner
		b.Set([]byte(ownerPrefix+string(key)), []byte(owner))
	}
}

// forget has b delete the record under key, and who owns it.
func (o *owners) forget(b *store.Batch, key []byte) {
	b.Delete(key)
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, owned := o.of[string(key)]; owned {
		delete(o.of, string(key))
		b.Delete([]byte(ownerPrefix + string(key)))
	}
}

// keysOf are the keys of all records of that owner.
func (o *owners) keysOf(owner string) (keys [][]byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, who := range o.of {
		if who == owner {
			keys = append(keys, []byte(key))
		}
	}
	return keys
}

// Owner is whose r is: who had it made by definitions, or "".
func (b *Broker) Owner(r definitions.Record) string { return b.owners.owner(definitions.Key(r)) }

// own makes records owner's.
func (b *Broker) own(owner string, records ...definitions.Record) error {
	if owner == "" || len(records) == 0 {
		return nil
	}
	keys := make([][]byte, len(records))
	for i, r := range records {
		keys[i] = definitions.Key(r)
	}
	var batch store.Batch
	b.owners.set(&batch, keys, owner)
	return b.store.Commit(&batch)
}

// forget deletes one record.
func (b *Broker) forget(r definitions.Record) error {
	var batch store.Batch
	b.owners.forget(&batch, definitions.Key(r))
	return b.store.Commit(&batch)
}
