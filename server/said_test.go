package server

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
)

// notebook is a log that is read while it is written.
type notebook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (n *notebook) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(p)
}

// await gives the line with a text in it, once it is there.
func (n *notebook) await(t *testing.T, text string) string {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		n.mu.Lock()
		all := n.text.String()
		n.mu.Unlock()
		for line := range strings.Lines(all) {
			if strings.Contains(line, text) {
				return line
			}
		}
	}
	t.Errorf("nobody said %q:\n%s", text, n.text.String())
	return ""
}

// TestSaid: a line an event of a connection, which says who, where and why.
func TestSaid(t *testing.T) {
	n := newNode(t, testOptions())
	for _, tt := range []struct {
		name string
		does func(nc net.Conn, r *amqp.Reader)
		line string
		says []string
	}{
		{"opens", func(net.Conn, *amqp.Reader) {}, "connection open", []string{"level=INFO", "category=connection", "user=guest", "vhost=/", "mechanism=PLAIN"}},
		{"closes", func(nc net.Conn, r *amqp.Reader) {
			nc.Write(encode(t, 1, `queue.declare queue=q no_wait ; basic.publish routing_key=q | "x" ; basic.get queue=q no_ack`))
			nc.Write(encode(t, 0, `connection.close reply_code=200 reply_text="bye\nfor now"`))
		}, "connection closed", []string{"user=guest", "by=client", "code=200", `reason="bye\nfor now"`, "published=1", "delivered=1", "lasted_ms="}},
		{"hangs up", func(nc net.Conn, _ *amqp.Reader) { nc.Close() }, "connection closed", []string{"by=network", `reason="the client hung up"`}},
		{"breaks rules", func(nc net.Conn, _ *amqp.Reader) {
			nc.Write(encode(t, 1, `basic.publish exchange=none | "x" ; channel.close`))
		}, "channel error", []string{"level=WARN", "category=channel", "user=guest", "channel=1", "code=404", "method=basic.publish"}},
	} {
		var log notebook
		n.Server.log = slog.New(slog.NewTextHandler(&log, nil))
		nc := n.dial()
		r := login(t, nc)
		go io.Copy(io.Discard, nc)
		tt.does(nc, r)
		line := log.await(t, tt.line)
		for _, text := range tt.says {
			if !strings.Contains(line, text) {
				t.Errorf("%s: no %s in %s", tt.name, text, line)
			}
		}
		nc.Close()
		log.await(t, "connection closed")
	}
}

// TestSaidOfRefusals: who was turned away, and why; what only looks whether the
// port is open is not worth a line.
func TestSaidOfRefusals(t *testing.T) {
	n := newNode(t, testOptions())
	for _, tt := range []struct {
		burst, line string
		says        []string
	}{
		{`connection.start-ok mechanism=PLAIN response="\x00eve\x00x" locale=en_US`, "login refused", []string{"user=eve", "mechanism=PLAIN", "does not exist"}},
		{`connection.start-ok mechanism=PLAIN response="\x00guest\x00guest" locale=en_US ; connection.tune-ok ; connection.open virtual_host=none`,
			"connection refused", []string{"user=guest", "code=530", "vhost none not found"}},
	} {
		var log notebook
		n.Server.log = slog.New(slog.NewTextHandler(&log, nil))
		nc := n.dial()
		go io.Copy(io.Discard, nc)
		nc.Write(protocolHeader[:])
		go nc.Write(encode(t, 0, tt.burst))
		line := log.await(t, tt.line)
		for _, text := range tt.says {
			if !strings.Contains(line, text) {
				t.Errorf("no %s in %s", text, line)
			}
		}
		nc.Close()
	}
	var log notebook
	n.Server.log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	n.dial().Close()
	if line := log.await(t, "connection closed before it began"); !strings.Contains(line, "level=DEBUG") {
		t.Errorf("a look at the port: %s", line)
	}
}
