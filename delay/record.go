package delay

import (
	"encoding/binary"
	"errors"

	"github.com/hutchmq/hutchmq/store"
)

// The keys of records:
//
//	delay/vhost/ name                    which log it has, and how far the index is
//	delay/index/ log u64 due u64 seq u64 what is held, in the order of being due
//	delay/count/ log u64 exchange        how much of the index is of that exchange
//	delay/trash/ log u64                 a log that is gone, and its index is not yet
//
// Numbers are big-endian, so that they sort. The index may name what is gone;
// it lacks nothing of what is in the log up to where it is said to be.
const (
	vhostPrefix = "delay/vhost/"
	indexPrefix = "delay/index/"
	countPrefix = "delay/count/"
	trashPrefix = "delay/trash/"
)

func keyIn(prefix string, log uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(prefix), log)
}

func indexKey(log uint64, p place) []byte {
	k := binary.BigEndian.AppendUint64(keyIn(indexPrefix, log), uint64(p.At))
	return binary.BigEndian.AppendUint64(k, p.Seq)
}

func placeOf(key []byte) (p place, ok bool) {
	rest := key[min(len(key), len(indexPrefix)+8):]
	if len(rest) != 16 {
		return p, false
	}
	return place{int64(binary.BigEndian.Uint64(rest)), binary.BigEndian.Uint64(rest[8:])}, true
}

var errRecord = errors.New("a record of delayed messages is malformed")

// vhostRecord is: log u64 | indexed u64.
func vhostRecord(log, indexed uint64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, log), indexed)
}

func parseVhostRecord(b []byte) (log, indexed uint64, err error) {
	if len(b) != 16 {
		return 0, 0, errRecord
	}
	return binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:]), nil
}

// What the first byte of an index record says.
const (
	isTransient = 1 << iota
	isNote
)

// appendIndexRecord encodes what the index says of f:
//
//	flags u8 | came uvarint ms | bytes uvarint | exchange string | key string
func appendIndexRecord(dst []byte, f *fresh) []byte {
	flags := byte(0)
	if f.transient {
		flags |= isTransient
	}
	if f.lane == notes {
		flags |= isNote
	}
	dst = binary.AppendUvarint(append(dst, flags), uint64(f.came))
	dst = binary.AppendUvarint(dst, uint64(f.bytes))
	dst = append(binary.AppendUvarint(dst, uint64(len(f.exchange))), f.exchange...)
	return append(binary.AppendUvarint(dst, uint64(len(f.key))), f.key...)
}

// parseIndexRecord is its inverse.
func parseIndexRecord(key, b []byte) (f fresh, err error) {
	var ok bool
	if f.place, ok = placeOf(key); !ok || len(b) == 0 {
		return f, errRecord
	}
	if f.transient = b[0]&isTransient != 0; b[0]&isNote != 0 {
		f.lane = notes
	}
	d := decoder{rest: b[1:]}
	f.came, f.bytes = int64(d.number()), int(d.number())
	f.exchange, f.key = d.text(), d.text()
	if d.bad || len(d.rest) > 0 {
		return f, errRecord
	}
	return f, nil
}

func countRecord(c Count) []byte {
	return binary.AppendUvarint(binary.AppendUvarint(nil, uint64(c.Messages)), uint64(c.Bytes))
}

func parseCountRecord(b []byte) (c Count, err error) {
	d := decoder{rest: b}
	c.Messages, c.Bytes = int(d.number()), int64(d.number())
	if d.bad || len(d.rest) > 0 {
		return c, errRecord
	}
	return c, nil
}

// decoder takes numbers and texts off the front of rest.
type decoder struct {
	rest []byte
	bad  bool
}

func (d *decoder) number() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.bad, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) text() string {
	n := d.number()
	if n > uint64(len(d.rest)) {
		d.bad, d.rest = true, nil
		return ""
	}
	s := string(d.rest[:n])
	d.rest = d.rest[n:]
	return s
}

// get reads the record of a vhost; found is false when nothing was ever held
// in it.
func (d *Delays) get(vhost string) (log, indexed uint64, found bool, err error) {
	b, err := d.store.Get([]byte(vhostPrefix + vhost))
	if errors.Is(err, store.ErrNotFound) {
		return 0, 0, false, nil
	}
	if err == nil {
		log, indexed, err = parseVhostRecord(b)
	}
	return log, indexed, err == nil, err
}
