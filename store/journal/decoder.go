package journal

import "encoding/binary"

// Decoder takes numbers and bytes off the front of Rest. After the first that
// is not there, Bad is set and all that follow are zero.
type Decoder struct {
	Rest []byte
	Bad  bool
}

// Uvarint takes an unsigned varint.
func (d *Decoder) Uvarint() uint64 {
	v, n := binary.Uvarint(d.Rest)
	d.skip(n)
	return v
}

// Varint takes a signed varint.
func (d *Decoder) Varint() int64 {
	v, n := binary.Varint(d.Rest)
	d.skip(n)
	return v
}

// Byte takes one byte.
func (d *Decoder) Byte() byte {
	if b := d.Bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// Bytes takes n bytes, which alias Rest.
func (d *Decoder) Bytes(n uint64) []byte {
	if n > uint64(len(d.Rest)) {
		d.skip(0)
		return nil
	}
	b := d.Rest[:n:n]
	d.Rest = d.Rest[n:]
	return b
}

// Count takes a number of things that take at least size bytes each, and
// refuses one that cannot be, so that it may be used to allocate.
func (d *Decoder) Count(size int) int {
	n := d.Uvarint()
	if n > uint64(len(d.Rest)/size) {
		d.skip(0)
		return 0
	}
	return int(n)
}

// End tells whether everything was there and nothing is left.
func (d *Decoder) End() bool { return !d.Bad && len(d.Rest) == 0 }

// skip drops the n bytes of a varint; none or fewer is a failure.
func (d *Decoder) skip(n int) {
	if n <= 0 {
		d.Bad, d.Rest = true, nil
		return
	}
	d.Rest = d.Rest[n:]
}
