// Package storetest is the contract of store as tests: one suite for every
// implementation, and the entries and owners that other tests need. It knows
// nothing of how anything is stored.
package storetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/hutchmq/hutchmq/store"
)

// Item is an entry's content.
type Item struct{ Meta, Body []byte }

// AppendMeta implements store.Item.
func (i *Item) AppendMeta(dst []byte) []byte { return append(dst, i.Meta...) }

// Payload implements store.Item.
func (i *Item) Payload() []byte { return i.Body }

// NewItem makes the content that belongs to seq of log id: size bytes that can
// be told from all others.
func NewItem(id, seq uint64, size int) *Item {
	meta := binary.AppendUvarint(binary.AppendUvarint(nil, id), seq)
	body := make([]byte, size)
	for i := range body {
		body[i] = byte(uint64(i)*31 + id*7 + seq)
	}
	return &Item{meta, body}
}

// Check tells how s differs from what NewItem made.
func Check(s store.Stored, id uint64, size int) error {
	want := NewItem(id, s.Seq, size)
	if !bytes.Equal(s.Meta, want.Meta) || !bytes.Equal(s.Payload, want.Body) {
		return fmt.Errorf("log %d, entry %d: read %d bytes of meta data and %d of payload that were not put", id, s.Seq, len(s.Meta), len(s.Payload))
	}
	return nil
}

// Entry makes an entry of lane 0 with a payload of size bytes.
func Entry(id, seq uint64, size int) store.Entry {
	return store.Entry{Seq: seq, Time: 1_700_000_000_000 + int64(seq), Item: NewItem(id, seq, size)}
}

// Entries makes those from first to last.
func Entries(id, first, last uint64, size int) (es []store.Entry) {
	for seq := first; seq <= last; seq++ {
		es = append(es, Entry(id, seq, size))
	}
	return es
}

// Owner remembers what it was told.
type Owner struct {
	mu      sync.Mutex
	through uint64
	err     error
	changed chan struct{}
}

// NewOwner makes an Owner that was told nothing.
func NewOwner() *Owner { return &Owner{changed: make(chan struct{}, 1)} }

// Stored implements store.Owner.
func (o *Owner) Stored(through uint64, err error) {
	o.mu.Lock()
	if err == nil {
		o.through = max(o.through, through)
	} else {
		o.err = err
	}
	o.mu.Unlock()
	select {
	case o.changed <- struct{}{}:
	default:
	}
}

// Through is what was stored last.
func (o *Owner) Through() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.through
}

// Err is what it was told of the disk.
func (o *Owner) Err() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// Wait waits until seq is stored, or the disk failed.
func (o *Owner) Wait(seq uint64) error {
	late := time.After(30 * time.Second)
	for o.Through() < seq {
		if err := o.Err(); err != nil {
			return err
		}
		select {
		case <-o.changed:
		case <-late:
			return fmt.Errorf("entry %d is not stored after 30 s, only %d", seq, o.Through())
		}
	}
	return nil
}

// ReadAll reads what lane has from seq on.
func ReadAll(l store.Log, lane uint8, from uint64) (list []store.Stored, err error) {
	for {
		n := len(list)
		err = l.Read(lane, from, 64<<10, func(s store.Stored) bool {
			list = append(list, s)
			return true
		})
		if err != nil || len(list) == n {
			return list, err
		}
		from = list[len(list)-1].Seq + 1
	}
}
