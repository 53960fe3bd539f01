package listener

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// refuseTLS tells the log, and the client if it can understand, why there is no
// connection. nc is what is below TLS.
func (l *listener) refuseTLS(nc net.Conn, err error) {
	log := l.log.With("peer", nc.RemoteAddr().String())
	plain, ok := errors.AsType[tls.RecordHeaderError](err)
	switch {
	case l.closing.Err() != nil:
	case ok && plain.Conn != nil:
		log.Warn("a client without TLS on a port with TLS", "began_with", string(plain.RecordHeader[:]))
		nc.Write(l.o.Plain)
		drain(nc)
	case left(err):
		log.Debug("the client hung up before the TLS handshake")
	case errors.Is(err, os.ErrDeadlineExceeded):
		log.Warn("TLS handshake timed out", "timeout", l.o.Timeout)
	default:
		log.Warn("TLS handshake failed", "error", err)
	}
}

// refuseProxy tells the log why a connection is not taken.
func (l *listener) refuseProxy(nc net.Conn, err error) {
	log := l.log.With("peer", nc.RemoteAddr().String())
	switch {
	case l.closing.Err() != nil:
	case left(err): // a health check
		log.Debug("the client hung up before a PROXY header")
	case errors.Is(err, os.ErrDeadlineExceeded):
		log.Warn("no PROXY header came", "timeout", l.o.Timeout)
	default:
		log.Warn("connection refused", "error", err)
	}
}

// left reports whether the client went without a word, as those do that only
// look whether somebody listens.
func left(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET) }

// maxDrained bounds what is read of a client that is not to be served.
const maxDrained = 64 << 10

// drain reads on until the client hangs up: a socket that is closed with bytes
// unread is reset, and the answer may be lost with it.
func drain(nc net.Conn) {
	nc.SetDeadline(time.Now().Add(time.Second))
	if c, ok := nc.(interface{ CloseWrite() error }); ok {
		c.CloseWrite()
	}
	io.CopyN(io.Discard, nc, maxDrained)
}
