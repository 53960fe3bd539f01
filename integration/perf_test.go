package integration

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// perfReport is what this test looks at in the JSON of hutchmq perf.
type perfReport struct {
	Sent, Received, Confirmed, Unconfirmed uint64
	Lost, Duplicated, Disordered           uint64
	LostUnknown                            string `json:"lost_unknown"`
	Count                                  uint64
}

// perf runs hutchmq perf, and gives what it reported and its exit code.
func perf(t *testing.T, addr string, args ...string) (r perfReport, stderr string, code int) {
	t.Helper()
	c := exec.Command(hutchmq, append(append([]string{"perf"}, args...), "--uri", "amqp://"+addr, "--json", "--quiet")...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if exit, failed := errors.AsType[*exec.ExitError](err); failed {
		code = exit.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatalf("%v: %s", err, out.Bytes())
		}
	}
	return r, errs.String(), code
}

// TestPerfScenarios runs every scenario for a moment: what is sent comes out
// as often as it should, and nothing is amiss.
func TestPerfScenarios(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	listed, err := exec.Command(hutchmq, "perf", "--scenarios").Output()
	if err != nil {
		t.Fatal(err)
	}
	copies := map[string]uint64{"fanout-50": 50, "backlog-fill": 0}
	shorter := map[string][]string{
		"backlog": {"-C", "2000"}, "backlog-fill": {"-C", "2000"}, "backlog-drain": {"-D", "2000"},
		"idle-connections": {"-n", "50"}, "idle-channels": {"-n", "50"}, "idle-queues": {"-n", "50"},
	}
	names := 0
	for line := range strings.Lines(string(listed)) {
		if strings.HasPrefix(line, " ") {
			continue
		}
		names++
		name := strings.Fields(line)[0]
		args := append([]string{name}, shorter[name]...)
		if !strings.HasPrefix(name, "backlog") {
			args = append(args, "-z", "0.7")
		}
		r, stderr, code := perf(t, b.Addr, args...)
		if code != 0 || r.Lost+r.Duplicated+r.Disordered+r.Unconfirmed != 0 {
			t.Errorf("%s: exit %d, %+v: %s", name, code, r, stderr)
		}
		times, listed := copies[name]
		switch {
		case name == "backlog-drain":
			if r.Received != 2000 {
				t.Errorf("%s: %+v", name, r)
			}
		case strings.Contains(name, "churn"), strings.Contains(name, "idle"):
			if r.Count == 0 {
				t.Errorf("%s did nothing", name)
			}
		case !listed && (r.Sent == 0 || r.Received != r.Sent || r.LostUnknown != ""), listed && r.Received != times*r.Sent:
			t.Errorf("%s: %+v", name, r)
		}
	}
	if names < 15 {
		t.Errorf("only %d scenarios in:\n%s", names, listed)
	}
	if ch := dial(t, b); ch != nil { // the drained queue is empty
		q, err := ch.QueueDeclarePassive("perf-backlog", true, false, false, false, nil)
		if err != nil || q.Messages != 0 {
			t.Errorf("%+v, %v", q, err)
		}
	}
}

// TestPerfNotices: a proxy takes a delivery away, or passes one twice.
func TestPerfNotices(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	for _, tt := range []struct {
		times int // that the proxy passes a delivery
		want  perfReport
		says  string
	}{
		{1, perfReport{}, ""},
		{0, perfReport{Lost: 1}, "messages 1 lost"},
		{2, perfReport{Duplicated: 1}, "messages 1 doubled"},
	} {
		r, stderr, code := perf(t, proxy(t, b, tt.times), "-u", "proxied", "-a", "-C", "500")
		wrong := 0
		if tt.says != "" {
			wrong = 1
		}
		if code != wrong || r.Lost != tt.want.Lost || r.Duplicated != tt.want.Duplicated || !strings.Contains(stderr, tt.says) {
			t.Errorf("a delivery came %d times: exit %d, %+v: %s", tt.times, code, r, stderr)
		}
	}
}

// proxy passes a delivery of each connection so many times, and all else once.
func proxy(t *testing.T, b *Broker, times int) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", freeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			broker, err := net.Dial("tcp", b.Addr)
			if err != nil {
				client.Close()
				return
			}
			go func() {
				io.Copy(broker, client)
				broker.Close()
			}()
			go func() {
				passDeliveries(client, broker, times)
				client.Close()
			}()
		}
	}()
	return l.Addr().String()
}

// passDeliveries passes the hundredth delivery so many times.
func passDeliveries(to io.Writer, from io.Reader, times int) {
	in, deliveries := bufio.NewReader(from), 0
	for {
		message, err := readFrame(in)
		if err != nil {
			return
		}
		n := 1
		if deliver := []byte{0, 60, 0, 60}; message[0] == frameMethod && slices.Equal(message[7:11], deliver) {
			for range 2 { // header and body
				more, err := readFrame(in)
				if err != nil {
					return
				}
				message = append(message, more...)
			}
			if deliveries++; deliveries == 100 {
				n = times
			}
		}
		if _, err := to.Write(bytes.Repeat(message, n)); err != nil {
			return
		}
	}
}

// readFrame reads a frame with all that is around it.
func readFrame(in io.Reader) ([]byte, error) {
	frame := make([]byte, 7)
	if _, err := io.ReadFull(in, frame); err != nil {
		return nil, err
	}
	rest := make([]byte, binary.BigEndian.Uint32(frame[3:])+1)
	_, err := io.ReadFull(in, rest)
	return append(frame, rest...), err
}

// TestPerfInterrupted: Ctrl-C ends a load with its summary.
func TestPerfInterrupted(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	c := exec.Command(hutchmq, "perf", "-u", "q", "-c", "10", "--uri", "amqp://"+b.Addr, "-i", "0.2")
	live, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	c.Stdout = &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(live)
	if !lines.Scan() || !strings.Contains(lines.Text(), "sent ") {
		t.Errorf("the first line is %q", lines.Text())
	}
	c.Process.Signal(os.Interrupt)
	late := time.AfterFunc(30*time.Second, func() { c.Process.Kill() })
	defer late.Stop()
	for lines.Scan() { // Wait closes the pipe
	}
	if err := c.Wait(); err != nil || !strings.Contains(out.String(), "lost             0,") {
		t.Errorf("%v: %s", err, &out)
	}
}

// TestPerfRefused: what went wrong is said in words.
func TestPerfRefused(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	ch := dial(t, b)
	declareDurable(t, ch, "durable")
	for _, tt := range []struct{ uri, args, says string }{
		{"amqp://" + freeAddr(t), "", "cannot connect to 127.0.0.1:"},
		{"amqp://guest:wrong@" + b.Addr, "", "ACCESS_REFUSED"},
		{"amqp://" + b.Addr + "/nowhere", "", "vhost nowhere not found"},
		{"amqp://" + b.Addr, "-u durable", "PRECONDITION_FAILED"},
		{"amqp://" + b.Addr, "-u nowhere -p", "NOT_FOUND"},
	} {
		args := append(strings.Fields(tt.args), "--uri", tt.uri, "-C", "1", "--quiet")
		out, err := exec.Command(hutchmq, append([]string{"perf"}, args...)...).CombinedOutput()
		if exit, failed := errors.AsType[*exec.ExitError](err); !failed || exit.ExitCode() != 1 || !strings.Contains(string(out), tt.says) {
			t.Errorf("%s %s: %v: %s", tt.uri, tt.args, err, out)
		}
	}
}

// TestPerfCompare: a broker next to itself.
func TestPerfCompare(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	out, err := exec.Command(hutchmq, "perf", "compare", "round-trip", "queue-churn", "--runs", "2", "-z", "0.3", "--quiet", "--markdown",
		"--uri", "old=amqp://"+b.Addr, "--uri", "new=amqp://"+b.Addr).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"| scenario | measure | old (HutchMQ ", "| to old |", "| round-trip | published/s | ", "| queue-churn | done/s | "} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in:\n%s", want, out)
		}
	}
}

// TestPerfVaries: phases of rates and sizes, to a broker that checks what the
// frames announce.
func TestPerfVaries(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	r, stderr, code := perf(t, b.Addr, "-u", "q", "-z", "3", "-vr", "500:1", "-vr", "0:1", "-vr", "100:1", "-vs", "100:1", "-vs", "200000:2")
	if code != 0 || r.Sent < 590 || r.Sent > 610 || r.Received != r.Sent || r.Lost+r.Duplicated+r.Disordered != 0 {
		t.Errorf("exit %d, %+v: %s", code, r, stderr)
	}
}
