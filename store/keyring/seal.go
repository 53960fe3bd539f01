package keyring

import (
	"bytes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
)

// A sealed stream:
//
//	"HMQSEAL1" | size u32, the file of keys | salt 32 | chunks | 0 u32 | SHA-256 of all before
//	chunk: size u32 | AES-256-GCM of up to 64 KiB
//
// The key comes of the root key and the salt; the nonce is the number of the
// chunk, and whether it is the last. So no chunk can be left out, moved, or be
// of another stream.
const (
	sealMagic  = "HMQSEAL1"
	saltBytes  = 32
	chunkBytes = 64 << 10
	tagBytes   = 16
)

// ErrSeal is in the chain of all that is wrong with a sealed stream.
var ErrSeal = errors.New("the sealed stream is damaged or not whole")

// SealMagicBytes of a stream tell IsSealed what it is.
const SealMagicBytes = len(sealMagic)

// IsSealed tells whether a stream that begins so is a sealed one.
func IsSealed(head []byte) bool { return bytes.HasPrefix(head, []byte(sealMagic)) }

// sealer encrypts what is written.
type sealer struct {
	w     io.Writer // and sum
	sum   hash.Hash
	to    io.Writer
	chunk chunk
	buf   []byte // waits to be a chunk
	out   []byte
}

// chunk is the cipher of the chunk at hand.
type chunk struct {
	cipher.AEAD
	number uint64
}

// nonce of the next chunk.
func (c *chunk) nonce(last bool) []byte {
	n := make([]byte, c.NonceSize())
	binary.BigEndian.PutUint64(n, c.number)
	if last {
		n[c.NonceSize()-1] = 1
	}
	c.number++
	return n
}

// Seal encrypts what is written, on its way to w. Who has the master key of f,
// which is a file of r's keys, can read it. Close ends the stream, and leaves w
// open.
func (r *Ring) Seal(w io.Writer, f *File) (io.WriteCloser, error) {
	salt := random(saltBytes)
	s := &sealer{to: w, sum: sha256.New(), chunk: r.chunks(salt)}
	s.w = io.MultiWriter(w, s.sum)
	text := f.Text()
	head := binary.LittleEndian.AppendUint32([]byte(sealMagic), uint32(len(text)))
	_, err := s.w.Write(append(append(head, text...), salt...))
	return s, err
}

func (r *Ring) chunks(salt []byte) chunk {
	return chunk{AEAD: gcm(derive(r.root, salt, "hutchmq seal"))}
}

// Write implements io.Writer. The last chunk is held back until Close.
func (s *sealer) Write(p []byte) (n int, err error) {
	for n = len(p); len(p) > 0; {
		if len(s.buf) == chunkBytes {
			if err := s.flush(false); err != nil {
				return 0, err
			}
		}
		k := min(len(p), chunkBytes-len(s.buf))
		s.buf = append(s.buf, p[:k]...)
		p = p[k:]
	}
	return n, nil
}

func (s *sealer) flush(last bool) error {
	s.out = binary.LittleEndian.AppendUint32(s.out[:0], uint32(len(s.buf)+tagBytes))
	s.out = s.chunk.Seal(s.out, s.chunk.nonce(last), s.buf, nil)
	s.buf = s.buf[:0]
	_, err := s.w.Write(s.out)
	return err
}

// Close implements io.Closer.
func (s *sealer) Close() error {
	if err := s.flush(true); err != nil {
		return err
	}
	if _, err := s.w.Write(make([]byte, 4)); err != nil {
		return err
	}
	_, err := s.to.Write(s.sum.Sum(nil))
	return err
}
