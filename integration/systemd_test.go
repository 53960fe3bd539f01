package integration

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestSystemd: who started the broker hears when clients can come, that it is
// well, and that it stops.
func TestSystemd(t *testing.T) {
	t.Parallel()
	address := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b := Start(t, hutchmq, "NOTIFY_SOCKET="+address, "WATCHDOG_USEC=300000")
	l.SetReadDeadline(time.Now().Add(startTimeout))
	said := hearUntil(t, l, "READY=1")
	if want := "STATUS=recovering the data in " + b.Dir; said[0] != want {
		t.Errorf("first it said %q, want %q", said[0], want)
	}
	if last := said[len(said)-1]; last != "READY=1\nSTATUS=serving" {
		t.Errorf("and then %q", last)
	}
	hearUntil(t, l, "WATCHDOG=1")
	if err := b.process.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	hearUntil(t, l, "RELOADING=1")
	hearUntil(t, l, "READY=1")
	b.Stop()
	hearUntil(t, l, "STOPPING=1")
}

// hearUntil gives all datagrams up to one whose first line is last, at most
// those of a second's watchdog.
func hearUntil(t *testing.T, l *net.UnixConn, last string) (said []string) {
	t.Helper()
	buf := make([]byte, 4096)
	for len(said) < 100 {
		n, err := l.Read(buf)
		if err != nil {
			t.Fatalf("systemd heard %q and then nothing, %v", said, err)
		}
		said = append(said, string(buf[:n]))
		if first, _, _ := strings.Cut(string(buf[:n]), "\n"); first == last {
			return said
		}
	}
	t.Fatalf("systemd never heard %q: %q", last, said)
	return nil
}

// TestUnit: systemd accepts the unit as it is, but for where the binary is, and
// finds it well guarded.
func TestUnit(t *testing.T) {
	t.Parallel()
	const installed = "/usr/bin/hutchmq"
	text, err := os.ReadFile("../packaging/systemd/hutchmq.service")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(string(text), installed+" server\n") != 1 {
		t.Fatalf("the unit does not start %s", installed)
	}
	here, err := filepath.Abs(hutchmq)
	if err != nil {
		t.Fatal(err)
	}
	unit := filepath.Join(t.TempDir(), "hutchmq.service")
	if err := os.WriteFile(unit, []byte(strings.ReplaceAll(string(text), installed, here)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("systemd-analyze", "verify", unit).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("systemd says %v:\n%s", err, out)
	}
	out, err := exec.Command("systemd-analyze", "security", "--offline=true", unit).CombinedOutput()
	found := regexp.MustCompile(`Overall exposure level for hutchmq\.service: ([0-9.]+)`).FindSubmatch(out)
	if err != nil || found == nil {
		t.Fatalf("systemd says %v:\n%s", err, out)
	}
	if level, err := strconv.ParseFloat(string(found[1]), 64); err != nil || level > 2 {
		t.Errorf("exposure %s of 10, want 2 at most", found[1])
	}
}
