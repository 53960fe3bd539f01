package amqp

import (
	"encoding/binary"
	"fmt"
	"io"
)

// Reader takes frames off a stream. It reads much at a time and parses in
// place: a frame costs no allocation and no copy. It is for one goroutine.
//
//	buf   | read before | to be parsed |   room   |
//	      0           start           end      len(buf)
type Reader struct {
	src        io.Reader
	small      []byte // what an idle reader holds
	buf        []byte // small, a pooled buffer, or one made for a large frame
	start, end int
	maxPayload uint64
	lastRead   int   // bytes
	err        error // came together with the last bytes
}

// NewReader reads frames of up to DefaultFrameMax bytes from src.
func NewReader(src io.Reader) *Reader {
	small := make([]byte, smallBuffer)
	r := &Reader{src: src, small: small, buf: small}
	r.SetFrameMax(DefaultFrameMax)
	return r
}

// maxUnlimited bounds a frame, in bytes, when the peers agreed on no limit.
const maxUnlimited = 16 << 20

// SetFrameMax sets the size in bytes of the largest frame taken, overhead
// included. 0 is what peers call no limit, and is 16 MiB here; less than
// FrameMinSize is FrameMinSize.
//
// A payload alone may fill frame-max: there are clients that leave the overhead
// out of account, and RabbitMQ bears with them.
func (r *Reader) SetFrameMax(n uint32) {
	if n == 0 {
		n = maxUnlimited
	}
	r.maxPayload = max(uint64(n), FrameMinSize)
}

// ReadProtocolHeader takes the first 8 bytes of a connection, and no more. When
// the stream ends before, it returns what came, zeros behind it, and
// io.ErrUnexpectedEOF, or io.EOF when nothing came.
func (r *Reader) ReadProtocolHeader() (header [8]byte, err error) {
	for err == nil && r.end-r.start < len(header) {
		err = r.fill()
	}
	r.start += copy(header[:], r.buf[r.start:r.end])
	return header, err
}

// Ready reports whether Next will return without reading from the stream.
func (r *Reader) Ready() bool {
	size, ok := r.payloadSize()
	return ok && (size > r.maxPayload || r.holds(size))
}

// Next returns the next frame. Its payload aliases the reader's buffer and is
// valid until the following Next. A frame that breaks the rules is an *Error;
// errors of the stream come as they are, io.EOF only between two frames. After
// an *Error the stream cannot be read on; after a timeout it can.
//
// Whether a type may stand on a channel is for the caller to say.
func (r *Reader) Next() (Frame, error) {
	for {
		size, ok := r.payloadSize()
		if ok && size > r.maxPayload {
			return Frame{}, r.tooLarge(size)
		}
		if ok && r.holds(size) {
			return r.take(int(size))
		}
		if err := r.fill(); err != nil {
			return Frame{}, err
		}
	}
}

// payloadSize is the size of the payload the frame at start announces.
func (r *Reader) payloadSize() (size uint64, ok bool) {
	if r.end-r.start < frameHeaderSize {
		return 0, false
	}
	return uint64(binary.BigEndian.Uint32(r.buf[r.start+3:])), true
}

// holds reports whether a whole frame with such a payload is in the buffer.
func (r *Reader) holds(size uint64) bool {
	return uint64(r.end-r.start) >= size+FrameOverhead
}

// take takes the frame at start, which is wholly there.
func (r *Reader) take(size int) (Frame, error) {
	b := r.buf[r.start : r.start+size+FrameOverhead]
	payload := b[frameHeaderSize : frameHeaderSize+size : frameHeaderSize+size]
	f := Frame{Type: b[0], Channel: binary.BigEndian.Uint16(b[1:]), Payload: payload}
	if end := b[len(b)-1]; end != FrameEnd {
		return Frame{}, badFrame(f.Type, payload, fmt.Sprintf("{invalid_frame_end_marker,%d}", end))
	}
	switch f.Type {
	case FrameMethod, FrameHeader, FrameBody, FrameHeartbeat:
		r.start += len(b)
		return f, nil
	}
	return Frame{}, badFrame(f.Type, payload, "unknown_frame")
}

func (r *Reader) tooLarge(size uint64) error {
	reason := fmt.Sprintf("{frame_too_large,%d,%d}", size, r.maxPayload-FrameOverhead)
	return badFrame(r.buf[r.start], nil, reason)
}

// maxEmptyReads is how often in a row a stream may give neither bytes nor error.
const maxEmptyReads = 100

// fill reads once from the stream, into a buffer fit for what it brings.
func (r *Reader) fill() error {
	if r.err != nil {
		return r.streamError()
	}
	r.makeRoom()
	for range maxEmptyReads {
		n, err := r.src.Read(r.buf[r.end:])
		r.end += n
		r.lastRead, r.err = n, err
		switch {
		case n > 0:
			return nil
		case err != nil:
			return r.streamError()
		}
	}
	return io.ErrNoProgress
}

// streamError hands on the stream's error and forgets it: a timeout passes, and
// what does not pass comes again.
func (r *Reader) streamError() error {
	err := r.err
	r.err = nil
	if err == io.EOF && r.end > r.start {
		return io.ErrUnexpectedEOF
	}
	return err
}
