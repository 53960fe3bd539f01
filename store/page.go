package store

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"
	"github.com/hutchmq/hutchmq/store/journal"
)

const (
	pageBytes  = 64 << 10 // of payloads in a page of more than one entry
	entryLimit = 1 << 20  // of one entry; a larger one stays in its segment
)

var errPage = errors.New("page is damaged")

// page is a piece of a run on its way to Badger.
type page struct {
	run  *journal.Run
	puts []journal.Put
}

// split cuts entries of run into pages. It takes numbers from *number.
func split(run *journal.Run, puts []journal.Put, number *uint64) (pages []page) {
	for len(puts) > 0 {
		n := fitting(puts)
		pages = append(pages, page{run.Move(*number, puts[:n]), puts[:n]})
		puts = puts[n:]
		*number++
	}
	return pages
}

// fitting is how many of puts make a page.
func fitting(puts []journal.Put) (n int) {
	bytes := 0
	for i := range puts {
		bytes += len(puts[i].Payload) + len(puts[i].Meta)
		if i > 0 && (bytes > pageBytes || !journal.Adjacent(puts[0].Seq, puts[i-1].Seq, puts[i].Seq)) {
			return i
		}
	}
	return len(puts)
}

// encode makes the value of the page: a checksum, and each entry with its
// length before it.
func (p page) encode() []byte {
	b := make([]byte, 4, pageBytes)
	var one []byte
	for i := range p.puts {
		one = journal.AppendPut(one[:0], &p.puts[i])
		b = binary.AppendUvarint(b, uint64(len(one)))
		b = append(b, one...)
	}
	binary.LittleEndian.PutUint32(b, journal.Sum(b[4:]))
	return b
}

// parsePage decodes the value of a page; the entries alias it.
func parsePage(b []byte, dst []journal.Put) ([]journal.Put, error) {
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != journal.Sum(b[4:]) {
		return dst, errPage
	}
	d := journal.Decoder{Rest: b[4:]}
	for len(d.Rest) > 0 {
		p, ok := journal.ParsePut(d.Bytes(d.Uvarint()))
		if !ok || d.Bad {
			return dst, errPage
		}
		dst = append(dst, p)
	}
	return dst, nil
}

// summary encodes which entries the page has.
func (p page) summary() []byte {
	b := p.run.AppendSummary(make([]byte, 4, 64))
	binary.LittleEndian.PutUint32(b, journal.Sum(b[4:]))
	return b
}

// parseSummary is the inverse of summary.
func parseSummary(log, number uint64, b []byte) (*journal.Run, error) {
	if len(b) < 4 || binary.LittleEndian.Uint32(b) != journal.Sum(b[4:]) {
		return nil, errPage
	}
	r := &journal.Run{Log: log, Page: number}
	if !r.ParseSummary(b[4:]) {
		return nil, errPage
	}
	return r, nil
}

// readPage reads the entries of a run in a page.
func (l *log) readPage(c *chunk) error {
	c.empty = true // one reading has it all
	var value []byte
	err := l.d.db.View(func(t *badger.Txn) error {
		item, err := t.Get(pageKey(pagePrefix, l.id, c.run.Page))
		if err == nil {
			value, err = item.ValueCopy(nil)
		}
		return err
	})
	if errors.Is(err, badger.ErrKeyNotFound) && !l.needs(c.run) {
		return nil // settled meanwhile
	}
	if err == nil {
		c.puts, err = parsePage(value, c.puts)
	}
	if err != nil {
		return fmt.Errorf("page %d of log %d: %w", c.run.Page, l.id, err)
	}
	return nil
}

func (l *log) needs(r *journal.Run) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return r.Live > 0
}
