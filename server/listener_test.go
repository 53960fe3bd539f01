package server

import (
	"context"
	"io"
	"net"
	"testing"
	"time"
)

// TestServe: a shutdown closes the listener and asks connections to go; those
// that do not are cut when the context ends.
func TestServe(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := newNode(t, testOptions())
	served := make(chan error)
	go func() { served <- n.Serve(l) }()
	silent, err := net.Dial("tcp", l.Addr().String()) // in the handshake
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	open, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close()
	login(t, open)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	n.Shutdown(ctx)
	if err := <-served; err != nil {
		t.Error(err)
	}
	for _, nc := range []net.Conn{silent, open} {
		nc.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := io.Copy(io.Discard, nc); err != nil {
			t.Errorf("not closed: %v", err)
		}
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("still listening")
	}
	if n := n.Connections(); n != 0 {
		t.Errorf("%d connections are left", n)
	}
}
