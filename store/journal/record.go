package journal

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// A record on disk:
//
//	len u32 | crc u32 | kind u8 | flags u8 | lane u8 | body
//
// len counts what follows crc. crc is CRC-32C over the same, begun with the
// segment's seed xor len: it covers the length, and never matches what a
// recycled file held before. A len of zero ends a segment.
const (
	frameBytes = 8 // len and crc
	tagBytes   = 3 // kind, flags, lane
)

// Kind tells what a record says.
type Kind uint8

// The kinds of records.
const (
	KindPut           Kind = 1 // an entry
	KindSettle        Kind = 2 // ranges of sequence numbers of a log are done
	KindSnapshotBegin Kind = 3 // what lives of every log follows
	KindSnapshot      Kind = 4 // what lives of one log
	KindSnapshotEnd   Kind = 5 // how many logs the snapshot has
	KindDrop          Kind = 6 // a log is gone
	KindEnd           Kind = 7 // the segment was left in good order
	KindCommit        Kind = 8 // the records before it with flagUnit hold
	KindCount         Kind = 9 // how often entries of a log were delivered in vain
)

// Flags of a record; all but the last of a put only.
const (
	flagExpiry    = 1 << iota // an expiry follows the time
	flagTransient             // dead after a restart
	flagShared                // the payload lies in an earlier record
	flagUnit                  // void, unless a commit record follows
	allFlags      = 1<<iota - 1
)

// errShort tells that the bytes end before the record does.
var errShort = errors.New("record is cut short")

// errBad tells that there is no record here.
var errBad = errors.New("no record here")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Sum is the checksum of all bytes the store keeps: CRC-32C.
func Sum(p []byte) uint32 { return crc32.Update(0, castagnoli, p) }

// Record is one intact record. Body aliases what it was read from.
type Record struct {
	Kind  Kind
	Flags uint8
	Lane  uint8
	Body  []byte
}

// next takes the record at the start of p and tells how many bytes it fills.
// Nothing the length says is believed before the checksum agrees.
func next(seed uint32, p []byte) (r Record, n int, err error) {
	if len(p) < frameBytes+tagBytes {
		return r, 0, errShort
	}
	size := binary.LittleEndian.Uint32(p)
	if size < tagBytes {
		return r, 0, errBad
	}
	if uint64(size) > uint64(len(p)-frameBytes) {
		return r, 0, errShort
	}
	n = frameBytes + int(size)
	body := p[frameBytes:n:n]
	if crc32.Update(seed^size, castagnoli, body) != binary.LittleEndian.Uint32(p[4:]) {
		return r, 0, errBad
	}
	return Record{Kind(body[0]), body[1], body[2], body[tagBytes:]}, n, nil
}

// open begins a record at the end of dst, to be ended by seal.
func open(dst []byte, kind Kind, flags, lane uint8) []byte {
	return append(dst, 0, 0, 0, 0, 0, 0, 0, 0, byte(kind), flags, lane)
}

// seal fills in the length and checksum of the record that begins at start
// and ends with dst.
func seal(seed uint32, dst []byte, start int) {
	body := dst[start+frameBytes:]
	binary.LittleEndian.PutUint32(dst[start:], uint32(len(body)))
	sum := crc32.Update(seed^uint32(len(body)), castagnoli, body)
	binary.LittleEndian.PutUint32(dst[start+4:], sum)
}
