package server

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/store"
)

// A script is what clients say and what the server answers. Each section,
// under a line that begins with ==, has a broker to itself:
//
//	== E8 a queue that is not there
//	1 C: queue.declare queue=q passive
//	1 S: channel.close 404 "NOT_FOUND - no queue 'q' in vhost '/'" queue.declare
//	b:1 C: queue.declare queue=q
//
// In front of C (client) or S (server) stand the connection, which may be left
// out, and the channel, unless it is 0. A connection opens when it is first
// spoken of, and its channel 1 with it. What stands between semicolons is sent
// at once. Under what a client says stands
// everything that happens until nothing more does: connections by name,
// channels by number; a line that ends in ? may be missing. The clock stands
// still but for "wait". Further lines:
//
//	server prefetch=2             options, before anything else
//	limits connections=2          of the node, before anything else
//	lease                         passwords are how long they last, before anything else
//	vhost v                       makes a vhost
//	user bob secret               makes a user
//	permission bob v "" ".*" ".*" configure, write, read
//	trace v                       traces a vhost; "untrace v" ends it
//	topics bob v x "^a" ".*"      write, read: a topic permission
//	limit vhost v max-queues 1    or of a user
//	protect v q                   from being deleted; unprotect v q
//	connect b user=bob vhost=v    opens a connection other than as usual
//	dial b                        a connection, not a word said
//	greet b                       a connection up to connection.start
//	hangup b                      cuts it
//	wait 5s                       lets time pass
//	alarm memory disk             sets these alarms, and clears others
//	shutdown                      the server's
//	kick "a reason"               closes all connections
var rewrite = flag.Bool("rewrite", false, "write into the scripts what the server answers")

// section is one == of a script.
type section struct {
	name  string
	at    int // its line
	steps []step
}

// step is a line, and what the server answers to it.
type step struct {
	text string
	want []string
}

// perhaps marks a line that may be missing: what comes by way of the disk may
// come before something that does not, or be overtaken for good.
const perhaps = " ?"

// answers reports whether got is what is wanted.
func (s *step) answers(got []string) bool {
	for _, want := range s.want {
		line, optional := strings.CutSuffix(want, perhaps)
		switch {
		case len(got) > 0 && got[0] == line:
			got = got[1:]
		case !optional:
			return false
		}
	}
	return len(got) == 0
}

func TestScript(t *testing.T) {
	files, err := filepath.Glob("testdata/script/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			preface, sections := readScript(t, file)
			for i := range sections {
				s := &sections[i]
				t.Run(s.name, func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { s.play(t, file) })
				})
			}
			if *rewrite {
				writeScript(t, file, preface, sections)
			}
		})
	}
}

func readScript(t testing.TB, file string) (preface []string, sections []section) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range strings.Split(strings.TrimRight(string(text), "\n"), "\n") {
		if name, ok := strings.CutPrefix(l, "== "); ok {
			sections = append(sections, section{name: name, at: i + 1})
			continue
		}
		if len(sections) == 0 {
			preface = append(preface, l)
			continue
		}
		s := &sections[len(sections)-1]
		if m := spoken.FindStringSubmatch(l); m != nil && m[3] == "S" {
			last := &s.steps[len(s.steps)-1]
			last.want = append(last.want, l)
			continue
		}
		s.steps = append(s.steps, step{text: l})
	}
	return preface, sections
}

func writeScript(t *testing.T, file string, preface []string, sections []section) {
	lines := preface
	for _, s := range sections {
		lines = append(lines, "== "+s.name)
		for _, st := range s.steps {
			lines = append(append(lines, st.text), st.want...)
		}
	}
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// spoken is a line of a client or the server: connection, channel, who, what.
var spoken = regexp.MustCompile(`^([a-z]*):?(\d*) ?([CS]): (.+)$`)

// stage is where a section is played.
type stage struct {
	t     *testing.T
	n     *node
	peers map[string]*peer
	names map[string]string // what is generated, and what it is called here
}

// play carries out the steps, and compares what happens.
func (s *section) play(t *testing.T, file string) {
	st := &stage{t: t, peers: map[string]*peer{}, names: map[string]string{}}
	defer st.leave()
	at := s.at
	for i := range s.steps {
		step := &s.steps[i]
		at++
		if step.text == "" || step.text[0] == '#' {
			continue
		}
		got, err := st.do(step.text)
		if err != nil {
			t.Fatalf("%s:%d: %v", file, at, err)
		}
		if *rewrite {
			step.want = got
		}
		if !step.answers(got) {
			t.Fatalf("%s:%d: %s\ngot\n  %s\nwant\n  %s", file, at, step.text,
				strings.Join(got, "\n  "), strings.Join(step.want, "\n  "))
		}
		at += len(step.want)
	}
	st.leave()
	synctest.Wait()
	st.node().idle(t)
}

// leave has all clients go.
func (st *stage) leave() {
	for _, p := range st.peers {
		p.leave()
	}
	clear(st.peers)
}

func (st *stage) node() *node {
	if st.n == nil {
		st.n = newNode(st.t, testOptions())
	}
	return st.n
}

// do carries out one line, and tells what happens.
func (st *stage) do(text string) (lines []string, err error) {
	err = st.carryOut(text)
	synctest.Wait()
	return st.happened(), err
}

// expect fails the test unless want is what happens.
func (st *stage) expect(t *testing.T, text string, want ...string) {
	t.Helper()
	if got, err := st.do(text); err != nil || !slices.Equal(got, want) {
		t.Fatalf("%s\ngot  %q %v\nwant %q", text, got, err, want)
	}
}

func (st *stage) carryOut(text string) error {
	if m := spoken.FindStringSubmatch(text); m != nil {
		if st.peers[m[1]] == nil {
			st.connect(m[1], newLine(""))
			synctest.Wait()
		}
		channel, _ := strconv.Atoi(m[2])
		for long, short := range st.names {
			m[4] = strings.ReplaceAll(m[4], short, long)
		}
		wire, err := encodeBurst(uint16(channel), m[4])
		st.peers[m[1]].say(wire)
		return err
	}
	l := newLine(text)
	switch word := l.next(); word {
	case "server":
		o := testOptions()
		l.fields(reflect.ValueOf(&o).Elem())
		st.n = newNode(st.t, o)
	case "limits":
		var limits broker.NodeLimits
		l.fields(reflect.ValueOf(&limits).Elem())
		st.n = newNodeWith(st.t, testOptions(), store.NewMemory(), func(o *broker.Options) { o.Limits = limits })
	case "lease":
		st.n = newNodeWith(st.t, testOptions(), store.NewMemory(), func(o *broker.Options) {
			o.Logins.Backends = []auth.Link{{Name: "lease", Backend: lease{}}}
		})
	case "vhost":
		return st.node().b.CreateVhost(l.text())
	case "user":
		return st.node().b.PutUser(l.text(), l.text())
	case "permission":
		user, vhost := l.text(), l.text()
		return st.node().b.SetPermission(user, vhost, auth.Permission{Configure: l.text(), Write: l.text(), Read: l.text()})
	case "trace", "untrace":
		return st.node().b.SetTracing(l.text(), word == "trace")
	case "topics":
		user, vhost, exchange := l.text(), l.text(), l.text()
		return st.node().b.SetTopicPermission(user, vhost, exchange, auth.TopicPermission{Write: l.text(), Read: l.text()})
	case "limit":
		return st.limit(l)
	case "protect", "unprotect":
		return st.node().b.ProtectQueue(l.text(), l.text(), word == "protect")
	case "connect":
		st.connect(l.name(), l)
	case "dial":
		st.peers[l.name()] = newPeer(st.node().dial())
	case "greet":
		p := newPeer(st.node().dial())
		st.peers[l.name()] = p
		p.say(protocolHeader[:])
		synctest.Wait()
		p.agrees()
	case "hangup":
		st.peers[l.name()].nc.Close()
	case "wait":
		d, err := time.ParseDuration(l.next())
		time.Sleep(d)
		return err
	case "alarm":
		st.node().alarm(l.tokens...)
	case "shutdown":
		go st.n.Shutdown(context.Background())
	case "kick":
		reason := l.text()
		for _, c := range st.n.b.Connections() {
			c.Kick(reason)
		}
	default:
		return fmt.Errorf("%s: not understood", text)
	}
	return nil
}

// limit carries out a line of that name.
func (st *stage) limit(l *line) error {
	of, whose, limit := l.next(), l.text(), l.text()
	n, err := strconv.Atoi(l.text())
	if err != nil {
		return err
	}
	if of == "user" {
		return st.node().b.SetUserLimit(whose, limit, n)
	}
	return st.node().b.SetVhostLimit(whose, limit, n)
}

// name is the connection a line is about, if it says so.
func (l *line) name() string {
	if len(l.tokens) == 1 || len(l.tokens) > 1 && l.tokens[1] != "=" {
		return l.next()
	}
	return ""
}

// opening is what a connection may be opened with.
type opening struct {
	User, Password, Vhost string
	ChannelMax            uint16
	FrameMax              uint32
	Heartbeat             uint16
	Without               string // a capability
	Product               string // the client's
}

// capabilities are what clients say that they can.
var capabilities = []string{"consumer_cancel_notify", "authentication_failure_close", "connection.blocked", "basic.nack"}

// connect takes a new connection through the handshake, as far as the server
// goes along, and opens channel 1.
func (st *stage) connect(name string, l *line) {
	o := opening{User: "guest", Password: "guest", Vhost: "/"}
	l.fields(reflect.ValueOf(&o).Elem())
	can := amqp.Table{}
	for _, c := range capabilities {
		if c != o.Without {
			can[c] = true
		}
	}
	properties := amqp.Table{"capabilities": can}
	if o.Product != "" {
		properties["product"] = o.Product
	}
	p := newPeer(st.node().dial())
	st.peers[name] = p
	p.say(protocolHeader[:])
	for _, m := range []amqp.Method{
		&amqp.ConnectionStartOk{
			ClientProperties: properties, Mechanism: "PLAIN",
			Response: "\x00" + o.User + "\x00" + o.Password, Locale: "en_US",
		},
		&amqp.ConnectionTuneOk{ChannelMax: o.ChannelMax, FrameMax: o.FrameMax, Heartbeat: o.Heartbeat},
		&amqp.ConnectionOpen{VirtualHost: o.Vhost},
		&amqp.ChannelOpen{},
		nil,
	} {
		synctest.Wait()
		if !p.agrees() || m == nil {
			return
		}
		channel := uint16(0)
		if m.ID() == amqp.ChannelOpenID {
			channel = 1
		}
		p.say(amqp.AppendMethod(nil, channel, m))
	}
}

// agrees takes what came of the handshake; false when it is something else.
func (p *peer) agrees() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, e := range p.events {
		switch e.method.(type) {
		case *amqp.ConnectionStart, *amqp.ConnectionTune, *amqp.ConnectionOpenOk, *amqp.ChannelOpenOk:
		default:
			return false
		}
	}
	p.events = nil
	return true
}

// happened is what the server did since it was last asked, in lines.
func (st *stage) happened() (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(st.peers)) {
		events := st.peers[name].take()
		slices.SortStableFunc(events, func(a, b event) int { return int(a.channel) - int(b.channel) })
		for _, e := range events {
			lines = append(lines, st.anonymous(prefix(name, e.channel)+"S: "+showEvent(e)))
		}
	}
	return lines
}

func prefix(name string, channel uint16) string {
	switch {
	case channel == 0 && name == "":
		return ""
	case channel == 0:
		return name + " "
	case name == "":
		return fmt.Sprintf("%d ", channel)
	}
	return fmt.Sprintf("%s:%d ", name, channel)
}

var generated = regexp.MustCompile(`amq\.(?:rabbitmq\.)?(gen|ctag|reply)(?:-to\.|-)[A-Za-z0-9_-]{22}`)

// anonymous gives what is generated a name that is the same every time.
func (st *stage) anonymous(text string) string {
	text = strings.ReplaceAll(text, runtime.Version()[2:], "$version")
	return generated.ReplaceAllStringFunc(text, func(s string) string {
		if st.names[s] == "" {
			st.names[s] = fmt.Sprintf("$%s%d", generated.FindStringSubmatch(s)[1], len(st.names)+1)
		}
		return st.names[s]
	})
}
