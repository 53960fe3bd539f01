package broker

import (
	"errors"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/store"
)

// ErrBackingUp is returned by Backup while another one is open.
var ErrBackingUp = errors.New("another backup is being written")

// ErrNoBackup is returned by Backup when nothing is kept that could be.
var ErrNoBackup = errors.New("this store cannot be backed up")

// Backup is a broker's store as it was at one moment: definitions, users and
// every message whose publisher had a confirm by then.
type Backup struct {
	*store.Backup
	b *Broker
}

// Backup takes it, while everything goes on. There is one at a time; the caller
// closes it.
func (b Acting) Backup() (*Backup, error) {
	s, ok := b.store.(interface{ Backup() (*store.Backup, error) })
	if !ok {
		return nil, ErrNoBackup
	}
	if b.backing.Swap(true) {
		return nil, ErrBackingUp
	}
	taken, err := s.Backup()
	if err != nil {
		b.backing.Store(false)
		return nil, err
	}
	b.Note("node.backed_up", amqp.Table{"name": b.node, "bytes": taken.Bytes()})
	return &Backup{taken, b.Broker}, nil
}

// Close ends the backup.
func (k *Backup) Close() {
	k.Backup.Close()
	k.b.backing.Store(false)
}
