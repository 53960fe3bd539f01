package keyring

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"io"
)

// unsealer decrypts a sealed stream.
type unsealer struct {
	frames
	chunk chunk
	rest  []byte // decrypted, not read yet
	ended bool
}

// Unseal decrypts a sealed stream, to who has its master key: else the error
// is a *WrongKeyError.
func Unseal(r io.Reader, m *Master) (io.Reader, error) {
	u := &unsealer{frames: newFrames(r)}
	f, salt, err := u.head()
	if err != nil {
		return nil, err
	}
	ring, err := f.Open(m)
	if err != nil {
		return nil, err
	}
	u.chunk = ring.chunks(salt)
	return u, nil
}

// Read implements io.Reader. What it gives is what was written, though not all
// of it until io.EOF.
func (u *unsealer) Read(p []byte) (int, error) {
	for len(u.rest) == 0 {
		if u.ended {
			return 0, io.EOF
		}
		if err := u.open(); err != nil {
			return 0, err
		}
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

// open takes the next chunk, and the end after the last.
func (u *unsealer) open() error {
	b, err := u.next()
	if err != nil {
		return err
	}
	if b == nil {
		return fmt.Errorf("%w: its last chunk is missing", ErrSeal)
	}
	nonce := u.chunk.nonce(false)
	if plain, err := u.chunk.Open(nil, nonce, b, nil); err == nil {
		u.rest = plain
		return nil
	}
	nonce[len(nonce)-1] = 1
	plain, err := u.chunk.Open(nil, nonce, b, nil)
	if err != nil {
		return fmt.Errorf("%w: chunk %d is not what was written", ErrSeal, u.chunk.number)
	}
	u.rest, u.ended = plain, true
	if b, err = u.next(); err == nil && b != nil {
		err = fmt.Errorf("%w: something follows its last chunk", ErrSeal)
	}
	return err
}

// CheckSeal reads a sealed stream to its end without its key: whether all of it
// is there, and as its sum says. It tells which master key opens it.
func CheckSeal(r io.Reader) (fingerprint string, err error) {
	s := newFrames(r)
	f, _, err := s.head()
	if err != nil {
		return "", err
	}
	for {
		if b, err := s.next(); err != nil || b == nil {
			return f.Master, err
		}
	}
}

// frames reads a sealed stream piece by piece.
type frames struct {
	r   io.Reader // into sum
	raw io.Reader
	sum hash.Hash
	buf []byte
}

func newFrames(r io.Reader) frames {
	sum := sha256.New()
	return frames{r: io.TeeReader(r, sum), raw: r, sum: sum}
}

// take reads n bytes, which are valid until it is called again.
func (s *frames) take(n int) ([]byte, error) {
	if cap(s.buf) < n {
		s.buf = make([]byte, n)
	}
	if _, err := io.ReadFull(s.r, s.buf[:n]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSeal, noEOF(err))
	}
	return s.buf[:n], nil
}

// noEOF is err, for where the end comes too soon.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (s *frames) size(limit int) (int, error) {
	b, err := s.take(4)
	if err != nil {
		return 0, err
	}
	n := binary.LittleEndian.Uint32(b)
	if n > uint32(limit) {
		return 0, fmt.Errorf("%w: it claims to have a piece of %d bytes", ErrSeal, n)
	}
	return int(n), nil
}

// head reads what comes before the chunks.
func (s *frames) head() (f *File, salt []byte, err error) {
	magic, err := s.take(len(sealMagic))
	if err != nil {
		return nil, nil, err
	}
	if !IsSealed(magic) {
		return nil, nil, fmt.Errorf("%w: it begins otherwise", ErrSeal)
	}
	n, err := s.size(maxFile)
	if err != nil {
		return nil, nil, err
	}
	text, err := s.take(n)
	if err != nil {
		return nil, nil, err
	}
	if f, err = Parse(text); err != nil {
		return nil, nil, fmt.Errorf("%w: its keys: %w", ErrSeal, err)
	}
	salt, err = s.take(saltBytes)
	return f, bytes.Clone(salt), err
}

// next reads a chunk, or nil at the end of the stream, whose sum it checks.
func (s *frames) next() ([]byte, error) {
	n, err := s.size(chunkBytes + tagBytes)
	if err != nil {
		return nil, err
	}
	if n > 0 {
		return s.take(n)
	}
	want := s.sum.Sum(nil)
	got := make([]byte, len(want))
	if _, err := io.ReadFull(s.raw, got); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSeal, noEOF(err))
	}
	if !bytes.Equal(got, want) {
		return nil, fmt.Errorf("%w: it has another sum", ErrSeal)
	}
	return nil, nil
}
