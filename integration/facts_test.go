//go:build peers

package integration

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// peer is a broker whose facts are taken.
type peer struct {
	name  string
	addr  string
	dir   string // of its data
	start func() // returns once it listens, or soon after
	stop  func() // in order
	pid   func() int

	idleQueues int // that it can be asked to hold
}

// facts is what is known of peers, measure by measure.
type facts struct {
	t     *testing.T
	order []string                      // "scenario | measure"
	of    map[string]map[string]float64 // by measure and peer
}

const (
	backlogMessages  = 1_000_000 // of 1 KiB: the scenarios backlog-fill and backlog-drain
	backlogBytes     = backlogMessages << 10
	durableQueues    = 10_000
	idleConnections  = 10_000
	rabbitIdleQueues = 10_000 // of more it makes minutes
	ourIdleQueues    = 100_000
)

// factsOfPeers takes, for RabbitMQ and for us, each from a fresh data
// directory, what no load tells: how long starts take, what idle things cost,
// and what a deep backlog does to memory, disk and restart.
func factsOfPeers(t *testing.T, fresh ...func(*testing.T) *peer) {
	raiseFiles(t)
	f := &facts{t: t, of: map[string]map[string]float64{}}
	for _, fresh := range fresh {
		for _, take := range []func(*peer){f.starts, f.backlog, f.queues, f.connections, f.idleQueues, f.roundTrip} {
			take(fresh(t))
		}
	}
	fmt.Printf("%s, taken once; idle queues: %d of RabbitMQ, %d of HutchMQ.\n\n", kernel(), rabbitIdleQueues, ourIdleQueues)
	f.print()
}

func rabbitPeer(t *testing.T) *peer {
	r := newRabbit(t)
	return &peer{
		name: "RabbitMQ", addr: r.addr, dir: r.dir, start: r.start, stop: r.stop,
		pid: func() int { return r.process.Process.Pid }, idleQueues: rabbitIdleQueues,
	}
}

func ourPeer(t *testing.T) *peer {
	b := Start(t, hutchmq)
	b.Stop()
	if err := os.RemoveAll(b.Dir); err != nil {
		t.Fatal(err)
	}
	return &peer{
		name: "HutchMQ", addr: b.Addr, dir: b.Dir, start: b.Restart, stop: b.Stop,
		pid: func() int { return b.process.Process.Pid }, idleQueues: ourIdleQueues,
	}
}

// note enters a value, and tells who waits for the table.
func (f *facts) note(p *peer, scenario, measure string, value float64) {
	key := scenario + " | " + measure
	if f.of[key] == nil {
		f.of[key] = map[string]float64{}
		f.order = append(f.order, key)
	}
	f.of[key][p.name] = value
	fmt.Fprintf(os.Stderr, "%s: %s: %s\n", p.name, key, digits(value))
}

// up starts a peer, and gives the seconds until it has accepted a connection.
func (p *peer) up(t *testing.T) float64 {
	t.Helper()
	began := time.Now()
	p.start()
	for deadline := began.Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		conn, err := amqp.Dial("amqp://" + p.addr)
		if err == nil {
			took := time.Since(began)
			conn.Close()
			return took.Seconds()
		}
		if time.Now().After(deadline) {
			t.Fatal(p.name, ": ", err)
		}
	}
}

func (f *facts) starts(p *peer) {
	f.note(p, "start", "on an empty data directory, s", p.up(f.t))
	time.Sleep(10 * time.Second)
	f.note(p, "start", "resident after 10 s, MiB", p.rssMiB())
	p.stop()
	f.note(p, "start", "again, s", p.up(f.t))
	p.stop()
}

func (f *facts) backlog(p *peer) {
	const scenario = "backlog of 1,000,000 x 1 KiB"
	p.up(f.t)
	time.Sleep(time.Second)
	before := diskUse(p.dir)
	f.note(p, scenario, "published/s", f.perf(p, "backlog-fill").SentPerSecond)
	f.note(p, scenario, "resident, MiB", p.rssMiB())
	time.Sleep(5 * time.Second)
	f.note(p, scenario, "resident 5 s later, MiB", p.rssMiB())
	f.note(p, scenario, "disk, MiB", mib(diskUse(p.dir)))
	p.stop()
	f.note(p, scenario, "restart, s", p.up(f.t))
	f.note(p, scenario, "resident after it, MiB", p.rssMiB())
	f.note(p, scenario, "drained/s", f.perf(p, "backlog-drain").ReceivedPerSecond)
	f.note(p, scenario, "resident after it, drained, MiB", p.rssMiB())
	began := time.Now()
	for diskUse(p.dir) > before+backlogBytes/10 && time.Since(began) < time.Minute {
		time.Sleep(200 * time.Millisecond)
	}
	f.note(p, scenario, "disk back (to a tenth), s", time.Since(began).Seconds())
	f.note(p, scenario, "disk then, MiB", mib(diskUse(p.dir)))
	p.stop()
}

// queues declares durable queues, and restarts.
func (f *facts) queues(p *peer) {
	const scenario = "10,000 durable queues"
	p.up(f.t)
	conn, err := amqp.Dial("amqp://" + p.addr)
	if err != nil {
		f.t.Fatal(err)
	}
	ch, err := conn.Channel()
	if err != nil {
		f.t.Fatal(err)
	}
	began := time.Now()
	for i := range durableQueues {
		if _, err := ch.QueueDeclare(fmt.Sprint("facts-", i), true, false, false, i < durableQueues-1, nil); err != nil {
			f.t.Fatal(err)
		}
	}
	f.note(p, scenario, "declared/s", durableQueues/time.Since(began).Seconds())
	f.note(p, scenario, "resident, MiB", p.rssMiB())
	conn.Close()
	p.stop()
	f.note(p, scenario, "restart, s", p.up(f.t))
	p.stop()
}

func (f *facts) connections(p *peer) {
	p.up(f.t)
	time.Sleep(2 * time.Second)
	r := f.perf(p, "idle-connections", "-n", strconv.Itoa(idleConnections), "-z", "3")
	f.note(p, "10,000 connections with a channel", "resident each, KiB", r.RSSPerThing/1024)
	f.note(p, "10,000 connections with a channel", "opened/s", r.PerSecond)
	p.stop()
}

func (f *facts) idleQueues(p *peer) {
	p.up(f.t)
	time.Sleep(2 * time.Second)
	r := f.perf(p, "idle-queues", "-n", strconv.Itoa(p.idleQueues), "-z", "3")
	f.note(p, "idle queues", "resident each, KiB", r.RSSPerThing/1024)
	f.note(p, "idle queues", "declared/s", r.PerSecond)
	p.stop()
}

// roundTrip compares a confirm with the sync that it waits for, on the same
// disk in the same minute.
func (f *facts) roundTrip(p *peer) {
	p.up(f.t)
	sync := f.perf(p, "fsync", "--dir", filepath.Dir(p.dir), "-z", "2")
	r := f.perf(p, "round-trip", "-z", "5")
	again := f.perf(p, "fsync", "--dir", filepath.Dir(p.dir), "-z", "2")
	each := (sync.CycleLatency.P50 + again.CycleLatency.P50) / 2
	f.note(p, "confirm round trip", "p50, us", r.ConfirmLatency.P50)
	f.note(p, "confirm round trip", "fdatasync of 4 KiB, p50, us", each)
	f.note(p, "confirm round trip", "fdatasyncs", r.ConfirmLatency.P50/each)
	p.stop()
}

// measured is what is looked at of a report.
type measured struct {
	SentPerSecond     float64               `json:"sent_per_second"`
	ReceivedPerSecond float64               `json:"received_per_second"`
	PerSecond         float64               `json:"per_second"`
	RSSPerThing       float64               `json:"rss_bytes_per_thing"`
	ConfirmLatency    struct{ P50 float64 } `json:"confirm_latency_us"`
	CycleLatency      struct{ P50 float64 } `json:"cycle_latency_us"`
}

func (f *facts) perf(p *peer, args ...string) (r measured) {
	f.t.Helper()
	args = append(append([]string{"perf"}, args...), "--quiet", "--json", "--uri", "amqp://"+p.addr, "--pid", strconv.Itoa(p.pid()))
	c := exec.Command(hutchmq, args...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err == nil {
		err = json.Unmarshal(out, &r)
	}
	if err != nil {
		f.t.Errorf("%s: %s: %v", p.name, args, err)
	}
	return r
}

// rssMiB is what all processes of the peer hold.
func (p *peer) rssMiB() float64 {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	pages := 0
	for _, file := range stats {
		text, _ := os.ReadFile(file)
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if len(fields) > 21 && (fields[2] == strconv.Itoa(p.pid()) || filepath.Dir(file) == fmt.Sprint("/proc/", p.pid())) {
			n, _ := strconv.Atoi(fields[21])
			pages += n
		}
	}
	return mib(int64(pages) * int64(os.Getpagesize()))
}

func mib(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// raiseFiles lets this process and its children open as many files as the
// system allows.
func raiseFiles(t *testing.T) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if limit.Cur < idleConnections+1000 {
		t.Fatalf("only %d files can be open", limit.Cur)
	}
}

// print writes the table as hutchmq perf compare does.
func (f *facts) print() {
	fmt.Println("| scenario | measure | RabbitMQ | HutchMQ | to RabbitMQ |\n| --- | --- | --- | --- | --- |")
	before := ""
	for _, key := range f.order {
		scenario, measure, _ := strings.Cut(key, " | ")
		theirs, ours := f.of[key]["RabbitMQ"], f.of[key]["HutchMQ"]
		name := scenario
		if scenario == before {
			name = ""
		}
		ratio := "none"
		if theirs > 0 {
			ratio = digits(ours/theirs) + " x"
		}
		fmt.Printf("| %s | %s | %s | %s | %s |\n", name, measure, digits(theirs), digits(ours), ratio)
		before = scenario
	}
}

// digits writes a number with no more digits than mean something; 0 was not
// measured.
func digits(f float64) string {
	switch {
	case f == 0:
		return "none"
	case f >= 1e4:
		return fmt.Sprintf("%.0f k", f/1e3)
	case f >= 100:
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.3g", f)
}
