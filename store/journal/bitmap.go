package journal

import (
	"encoding/binary"
	"math/bits"
)

// bitmap is a set of small numbers. The zero bitmap is empty.
type bitmap []uint64

func (b bitmap) has(i uint64) bool {
	w := i / 64
	return w < uint64(len(b)) && b[w]>>(i%64)&1 == 1
}

func (b *bitmap) set(i uint64) {
	for uint64(len(*b)) <= i/64 {
		*b = append(*b, 0)
	}
	(*b)[i/64] |= 1 << (i % 64)
}

// bounds tells the smallest and the largest.
func (b bitmap) bounds() (first, last uint64, any bool) {
	for i, w := range b {
		if w == 0 {
			continue
		}
		if !any {
			first, any = uint64(i*64+bits.TrailingZeros64(w)), true
		}
		last = uint64(i*64 + 63 - bits.LeadingZeros64(w))
	}
	return first, last, any
}

// or adds all of c.
func (b *bitmap) or(c bitmap) {
	for i, w := range c {
		if i == len(*b) {
			*b = append(*b, 0)
		}
		(*b)[i] |= w
	}
}

// append encodes b: its length in words, and the words.
func (b bitmap) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(b)))
	for _, w := range b {
		dst = binary.LittleEndian.AppendUint64(dst, w)
	}
	return dst
}

// bitmap takes a bitmap.
func (d *Decoder) bitmap() bitmap {
	n := d.Count(8)
	if n == 0 {
		return nil
	}
	b := make(bitmap, n)
	for i := range b {
		b[i] = binary.LittleEndian.Uint64(d.Bytes(8))
	}
	return b
}
