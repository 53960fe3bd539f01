package journal

import "encoding/binary"

// Put is one entry of a log, as a put record holds it:
//
//	log | seq | time | expiry when flagged | meta length | meta | payload
//
// numbers being varints. A shared payload is three varints instead: where in
// the segment it lies, its length, and its CRC-32C.
type Put struct {
	Log, Seq      uint64
	Lane          uint8
	Transient     bool
	Time, Expiry  int64 // Unix milliseconds; no expiry is 0
	Meta, Payload []byte
	shared        shared
}

// Item is an entry's content: meta data, encoded when it is written, and the
// payload.
type Item interface {
	AppendMeta(dst []byte) []byte
	Payload() []byte
}

// shared is where a payload lies that several entries have.
type shared struct {
	off, size uint64
	sum       uint32
}

// flags of the record of p.
func (p *Put) flags() (f uint8) {
	if p.Expiry != 0 {
		f |= flagExpiry
	}
	if p.Transient {
		f |= flagTransient
	}
	return f
}

// appendHead encodes what comes before the payload. The meta data may be of
// any length, so its own length is put in front afterwards.
func (p *Put) appendHead(dst []byte, item Item) []byte {
	dst = binary.AppendUvarint(dst, p.Log)
	dst = binary.AppendUvarint(dst, p.Seq)
	dst = binary.AppendVarint(dst, p.Time)
	if p.Expiry != 0 {
		dst = binary.AppendVarint(dst, p.Expiry)
	}
	at := len(dst)
	dst = item.AppendMeta(append(dst, 0))
	return insertUvarint(dst, at)
}

// insertUvarint writes the length of dst[at+1:] at at, where one byte was left
// for it, and moves the rest up when it takes more.
func insertUvarint(dst []byte, at int) []byte {
	size := len(dst) - at - 1
	if size < 0x80 {
		dst[at] = byte(size)
		return dst
	}
	var b [binary.MaxVarintLen64]byte
	n := binary.PutUvarint(b[:], uint64(size))
	dst = append(dst, b[1:n]...)
	copy(dst[at+n:], dst[at+1:at+1+size])
	copy(dst[at:], b[:n])
	return dst
}

// AppendPut encodes p as the body of a put record, its payload in place.
func AppendPut(dst []byte, p *Put) []byte {
	dst = append(dst, p.flags(), p.Lane)
	dst = p.appendHead(dst, bytesOnly(p.Meta))
	return append(dst, p.Payload...)
}

// ParsePut is the inverse of AppendPut. The slices of p alias b.
func ParsePut(b []byte) (p Put, ok bool) {
	if len(b) < 2 || b[0]&flagShared != 0 {
		return p, false
	}
	return p, p.parse(Record{Kind: KindPut, Flags: b[0], Lane: b[1], Body: b[2:]})
}

// parse reads the body of a put record; the slices of p alias it.
func (p *Put) parse(r Record) bool {
	d := Decoder{Rest: r.Body}
	*p = Put{Lane: r.Lane, Transient: r.Flags&flagTransient != 0}
	p.Log, p.Seq, p.Time = d.Uvarint(), d.Uvarint(), d.Varint()
	if r.Flags&flagExpiry != 0 {
		p.Expiry = d.Varint()
	}
	p.Meta = d.Bytes(d.Uvarint())
	if r.Flags&flagShared != 0 {
		p.shared = shared{d.Uvarint(), d.Uvarint(), uint32(d.Uvarint())}
		return d.End()
	}
	p.Payload = d.Rest
	return !d.Bad
}

// bytesOnly is meta data already encoded.
type bytesOnly []byte

func (b bytesOnly) AppendMeta(dst []byte) []byte { return append(dst, b...) }
func (b bytesOnly) Payload() []byte              { return nil }
