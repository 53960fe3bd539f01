package ctl

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
)

// screen is what a terminal is sent, which somebody else looks at meanwhile.
type screen struct {
	mu   sync.Mutex
	sent bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent.String()
}

// await waits until a text was sent.
func (s *screen) await(t *testing.T, want string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(s.String(), want); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%q was not sent: %q", want, s)
		}
	}
}

// someBroker answers with more queues than fit.
func someBroker(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/api/overview":
		io.WriteString(w, `{"node":"n"}`)
	case r.URL.Path == "/api/queues":
		rows := strings.Repeat(`{"name":"a very long name of a queue\u001b[2J","vhost":"/"},`, 100)
		io.WriteString(w, `{"items":[`+strings.TrimSuffix(rows, ",")+`]}`)
	default:
		io.WriteString(w, `{"items":[]}`)
	}
}

func TestTopLive(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(someBroker))
	defer server.Close()
	for _, end := range []string{"q", "\x03", ""} { // "" is that the context ends
		keys, hand := io.Pipe()
		raw := false
		out := new(screen)
		c := &Command{
			Name: "ctl", Out: out, Err: out, Machine: func(string, string) *Machine { return new(Machine) },
			Screen: &Screen{
				Keys: keys, Size: func() (int, int) { return 80, 24 },
				Raw: func() (func(), error) { raw = true; return func() { raw = false }, nil },
			},
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- c.Run(ctx, []string{"top", "--uri", server.URL, "--every=10ms"}) }()
		out.await(t, "sorted by ready")
		for _, x := range [][2]string{{"u", "sorted by unacked"}, {"n", "sorted by name"}, {"c", ""}, {" ", "PAUSED"}} {
			hand.Write([]byte(x[0]))
			out.await(t, x[1])
		}
		if end == "" {
			stop()
		} else {
			hand.Write([]byte(end))
		}
		if err := <-ended; err != nil {
			t.Errorf("ended by %q with %v", end, err)
		}
		stop()
		if raw || !strings.HasPrefix(out.String(), ansiEnter) || !strings.HasSuffix(out.String(), ansiLeave) {
			t.Errorf("ended by %q: the terminal is not as it was", end)
		}
		if _, err := hand.Write([]byte("x")); err != io.ErrClosedPipe {
			t.Errorf("ended by %q: somebody still reads keys: %v", end, err)
		}
	}
}

// TestFrameFits: no line is longer than the terminal, nor are there more, and
// nothing that a name holds moves the cursor.
func TestFrameFits(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(someBroker))
	defer server.Close()
	c := &Command{Machine: func(string, string) *Machine { return new(Machine) }}
	o, err := newOperator(context.Background(), c, &globals{URI: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []view{{sort: "ready"}, {sort: "ready", clients: true}} {
		f, err := o.frame(&w, 24)
		if err != nil {
			t.Fatal(err)
		}
		if len(f) > 24 {
			t.Errorf("%d lines for 24", len(f))
		}
		for _, size := range [][2]int{{80, 24}, {40, 10}, {1, 1}} {
			lines := strings.Split(f.ansi(size[0], size[1]), ansiLine)
			if len(lines) > size[1] {
				t.Errorf("%d lines of %d", len(lines), size[1])
			}
			for _, l := range lines {
				if strings.Contains(l, "\x1b[2J") || text.StringWidthWithoutEscSequences(l) > size[0] {
					t.Errorf("%q does not fit in %d columns", l, size[0])
				}
			}
		}
	}
}

func TestTopWithoutBroker(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(someBroker))
	server.Close()
	c := &Command{Out: new(screen), Machine: func(string, string) *Machine { return new(Machine) }}
	err := c.Run(context.Background(), []string{"top", "--once", "--uri", server.URL})
	if ExitCode(err) != exitUnavailable {
		t.Errorf("%v", err)
	}
}
