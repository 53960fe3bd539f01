package journal

import (
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
)

// A segment file begins with
//
//	"HMQJ" | version u32 | number u64 | id u64 | size u64 | crc u32
//
// and goes on with records. The id is random at each use of the file: it
// seeds the checksums of the records. The version tells whether the records are
// encrypted.
const (
	segmentMagic = "HMQJ"
	indexMagic   = "HMQI"
	headerBytes  = 36
)

// The versions of segments.
const (
	formatPlain     = 2
	formatEncrypted = 3
)

// Segment is one file of the journal. Numbers grow and are used once.
type Segment struct {
	Number uint64
	Size   int64 // of the file, in bytes

	id   uint64
	seed uint32
	file File

	block cipher.Block // of the records; nil when they are in the clear

	written  atomic.Int64 // bytes of whole records that may be read
	refs     atomic.Int64 // runs and readers that need the file
	controls []Extent     // records that are no puts
	sealed   bool         // nothing is added any more
	covered  bool         // the snapshot after it is durable
	retired  bool
	torn     bool // found without an end

	index     File  // nil while the extents are in memory
	extentsAt int64 // where they begin in the index file
}

// setID makes id the seed of the segment's checksums.
func (s *Segment) setID(id uint64) {
	s.id = id
	s.seed = seedOf(id)
}

func seedOf(id uint64) uint32 {
	return Sum(binary.LittleEndian.AppendUint64(nil, id))
}

// header encodes what the file begins with.
func (s *Segment) header(dst []byte) []byte {
	if s.block != nil {
		return s.headerOf(dst, formatEncrypted)
	}
	return s.headerOf(dst, formatPlain)
}

// plainHeader is that of a segment with the same records in the clear.
func (s *Segment) plainHeader() []byte { return s.headerOf(nil, formatPlain) }

func (s *Segment) headerOf(dst []byte, format uint32) []byte {
	start := len(dst)
	dst = append(dst, segmentMagic...)
	dst = binary.LittleEndian.AppendUint32(dst, format)
	dst = binary.LittleEndian.AppendUint64(dst, s.Number)
	dst = binary.LittleEndian.AppendUint64(dst, s.id)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(s.Size))
	return binary.LittleEndian.AppendUint32(dst, Sum(dst[start:]))
}

// readHeader tells whether the file was begun as segment s.Number, and takes
// its id and, of k, its key.
func (s *Segment) readHeader(k Keys) (begun bool, err error) {
	var b [headerBytes]byte
	if _, err := s.file.ReadAt(b[:], 0); err != nil {
		return false, nil
	}
	begun, format, err := s.parseHeader(b[:])
	if err == nil && begun {
		err = s.setBlock(k, format)
	}
	return begun, err
}

func (s *Segment) parseHeader(b []byte) (begun bool, format uint32, err error) {
	body := b[:headerBytes-4]
	if string(body[:4]) != segmentMagic || binary.LittleEndian.Uint32(b[headerBytes-4:]) != Sum(body) {
		return false, 0, nil
	}
	if format = binary.LittleEndian.Uint32(body[4:]); format != formatPlain && format != formatEncrypted {
		return false, 0, fmt.Errorf("segment %s has format %d, this program reads %d and %d", s.name(), format, formatPlain, formatEncrypted)
	}
	s.setID(binary.LittleEndian.Uint64(body[16:]))
	return binary.LittleEndian.Uint64(body[8:]) == s.Number, format, nil
}

// Release gives back one of the segment's references: a run or a reader less.
func (j *Journal) Release(s *Segment) {
	if s.refs.Add(-1) == 0 {
		j.retire(s)
	}
}

// Retain takes a reference; the caller knows that another one is held.
func (s *Segment) Retain() { s.refs.Add(1) }

func (s *Segment) name() string      { return segmentName(s.Number) }
func (s *Segment) indexName() string { return fmt.Sprintf("%016x.idx", s.Number) }

func segmentName(n uint64) string { return fmt.Sprintf("%016x.seg", n) }
func spareName(n uint64) string   { return fmt.Sprintf("%016x.spare", n) }

// numbered parses a file name with the given ending.
func numbered(name, ending string) (n uint64, ok bool) {
	digits, ok := strings.CutSuffix(name, ending)
	if !ok || len(digits) != 16 {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 16, 64)
	return n, err == nil
}

// extendControls notes a record of size bytes at off that is no put.
func (s *Segment) extendControls(off, size uint64) {
	s.controls = extend(s.controls, off, size, 0)
}

// mend ends a segment where its last intact record does, durably: what a crash
// left behind it must not be found by another start. The end is in the clear,
// for something else may have been encrypted in its place.
func (s *Segment) mend() error {
	if s.torn {
		if _, err := s.file.WriteAt(s.endRecord(), s.written.Load()); err != nil {
			return err
		}
	}
	return s.file.Sync()
}
