// Package listener accepts connections over TCP: with TLS and its certificates,
// or through a proxy that tells who the client is. It knows no protocol above.
package listener

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"sync"
	"time"
)

// maxHandshakes bounds the handshakes of a listener that are under way, each of
// which takes processor time and some ten KiB. Further clients wait to be
// accepted.
const maxHandshakes = 512

// Options say what a listener does before anybody sees a connection.
type Options struct {
	Name    string // for the log
	Addr    string // host:port
	TLS     *Keys  // nil: none
	Proxy   *Proxy // nil: clients connect themselves
	Timeout time.Duration
	Plain   []byte // what a client without TLS is told on a port with it
	Log     *slog.Logger
}

// Open listens. What is neither TLS nor proxied is accepted as it comes, a
// *net.TCPConn. With TLS it is a *tls.Conn whose handshake is done, which costs
// no other client time. The connections of a proxy are written to without
// detours, too: NetConn leads to what has SyscallConn.
func Open(o Options) (net.Listener, error) {
	in, err := net.Listen("tcp", o.Addr)
	if err != nil || o.TLS == nil && o.Proxy == nil {
		return in, err
	}
	l := &listener{
		Listener: in, o: o, log: o.Log.With("listener", o.Name),
		ready: make(chan accepted), slots: make(chan struct{}, maxHandshakes),
	}
	l.closing, l.close = context.WithCancel(context.Background())
	l.done.Go(l.run)
	return l, nil
}

// listener greets clients before it hands them out.
type listener struct {
	net.Listener
	o   Options
	log *slog.Logger

	ready   chan accepted
	slots   chan struct{} // as many as greet just now
	closing context.Context
	close   context.CancelFunc
	done    sync.WaitGroup
}

type accepted struct {
	conn net.Conn
	err  error
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	select {
	case a := <-l.ready:
		return a.conn, a.err
	case <-l.closing.Done():
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. It cuts who is in the middle of a handshake,
// and returns when nothing runs any more.
func (l *listener) Close() error {
	err := l.Listener.Close()
	l.close()
	l.done.Wait()
	return err
}

// run accepts until the listener is closed. Errors are for who calls Accept.
func (l *listener) run() {
	for {
		select {
		case l.slots <- struct{}{}:
		case <-l.closing.Done():
			return
		}
		nc, err := l.Listener.Accept()
		if err == nil {
			l.done.Go(func() {
				l.greet(nc.(*net.TCPConn))
				<-l.slots
			})
			continue
		}
		<-l.slots
		if !l.hand(accepted{err: err}) {
			return
		}
	}
}

// hand gives a to who calls Accept; false when nobody will.
func (l *listener) hand(a accepted) bool {
	select {
	case l.ready <- a:
		return true
	case <-l.closing.Done():
		return false
	}
}

// greet makes nc ready, and hands it out or closes it.
func (l *listener) greet(nc *net.TCPConn) {
	cut := context.AfterFunc(l.closing, func() { nc.Close() })
	defer cut()
	nc.SetDeadline(time.Now().Add(l.o.Timeout))
	conn, err := l.prepare(nc)
	if err != nil {
		nc.Close()
		return
	}
	nc.SetDeadline(time.Time{})
	if !l.hand(accepted{conn: conn}) {
		nc.Close()
	}
}

// prepare reads the header of the proxy and goes through the TLS handshake. What
// went wrong is logged.
func (l *listener) prepare(nc *net.TCPConn) (conn net.Conn, err error) {
	conn = nc
	if l.o.Proxy != nil {
		if conn, err = l.o.Proxy.read(nc); err != nil {
			l.refuseProxy(nc, err)
			return nil, err
		}
	}
	if l.o.TLS == nil {
		return conn, nil
	}
	secure := tls.Server(conn, l.o.TLS.server)
	if err := secure.Handshake(); err != nil {
		l.refuseTLS(conn, err)
		return nil, err
	}
	return secure, nil
}
