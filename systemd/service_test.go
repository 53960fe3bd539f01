package systemd

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// manager is a systemd that only listens, and what it tells the process.
func manager(t *testing.T, more map[string]string) (*net.UnixConn, func(string) (string, bool)) {
	t.Helper()
	address := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l, func(name string) (string, bool) {
		if name == "NOTIFY_SOCKET" {
			return address, true
		}
		value, set := more[name]
		return value, set
	}
}

// hear is the next datagram, empty if none comes in time.
func hear(t *testing.T, l *net.UnixConn, within time.Duration) string {
	t.Helper()
	l.SetReadDeadline(time.Now().Add(within))
	buf := make([]byte, 4096)
	n, err := l.Read(buf)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal(err)
	}
	return string(buf[:n])
}

func TestSays(t *testing.T) {
	l, lookup := manager(t, nil)
	s, err := Dial(lookup)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, x := range []struct {
		say  func()
		want string
	}{
		{func() { s.Status("reading\nREADY=1") }, "STATUS=reading READY=1"},
		{func() { s.Ready("serving") }, "READY=1\nSTATUS=serving"},
		{s.Reloading, "RELOADING=1\nSTATUS=reloading the configuration"},
		{s.Stopping, "STOPPING=1\nSTATUS=stopping"},
	} {
		x.say()
		if got := hear(t, l, 5*time.Second); got != x.want {
			t.Errorf("systemd heard %q, want %q", got, x.want)
		}
	}
}

// TestWatch: pings come while all is well, stop when it is not, and why is said
// once.
func TestWatch(t *testing.T) {
	l, lookup := manager(t, map[string]string{"WATCHDOG_USEC": "30000", "WATCHDOG_PID": strconv.Itoa(os.Getpid())})
	s, err := Dial(lookup)
	if err != nil {
		t.Fatal(err)
	}
	var broken atomic.Bool
	s.Watch(func() error {
		if broken.Load() {
			return errors.New("the disk is gone")
		}
		return nil
	})
	for range 3 {
		if got := hear(t, l, 5*time.Second); got != "WATCHDOG=1" {
			t.Fatalf("systemd heard %q", got)
		}
	}
	broken.Store(true)
	got := hear(t, l, 5*time.Second)
	for ; got == "WATCHDOG=1"; got = hear(t, l, 5*time.Second) {
	}
	if got != "STATUS=failed: the disk is gone" {
		t.Errorf("systemd heard %q", got)
	}
	if got := hear(t, l, 100*time.Millisecond); got != "" {
		t.Errorf("and then %q", got)
	}
	broken.Store(false)
	if got := hear(t, l, 5*time.Second); got != "WATCHDOG=1" {
		t.Errorf("well again, it heard %q", got)
	}
	s.Close()
}

// TestNobodyAsked: outside of systemd nothing happens, and nothing fails.
func TestNobodyAsked(t *testing.T) {
	s, err := Dial(func(string) (string, bool) { return "", false })
	if s != nil || err != nil {
		t.Fatalf("%v, %v", s, err)
	}
	s.Status("x")
	s.Ready("x")
	s.Watch(func() error { t.Error("asked"); return nil })
	s.Stopping()
	s.Close()
}

func TestNobodyListens(t *testing.T) {
	gone := filepath.Join(t.TempDir(), "gone")
	_, err := Dial(func(string) (string, bool) { return gone, true })
	if err == nil || !strings.HasPrefix(err.Error(), "cannot tell systemd: ") {
		t.Error(err)
	}
}

func TestWatchdog(t *testing.T) {
	own := strconv.Itoa(os.Getpid())
	for _, x := range []struct {
		pid, us string
		want    time.Duration
	}{
		{own, "30000000", 30 * time.Second},
		{"", "1000", 0}, // set, but to nobody
		{"1", "30000000", 0},
		{own, "", 0},
		{own, "-5", 0},
		{own, "soon", 0},
		{own, "9223372036854775807", 0},
	} {
		set := map[string]string{"WATCHDOG_PID": x.pid, "WATCHDOG_USEC": x.us}
		got := watchdog(func(name string) (string, bool) { v, ok := set[name]; return v, ok })
		if got != x.want {
			t.Errorf("pid %q, %q µs: %v, want %v", x.pid, x.us, got, x.want)
		}
	}
	if got := watchdog(func(name string) (string, bool) { return "2000", name == "WATCHDOG_USEC" }); got != 2*time.Millisecond {
		t.Errorf("without a pid: %v", got)
	}
}
