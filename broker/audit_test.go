package broker

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/queue"
)

// recorded is the audit log, the oldest first, in a few words each.
func (f *fixture) recorded(c Choice) (list []string) {
	f.Helper()
	c.Most = 100
	entries, err := f.Entries(c)
	f.must(err)
	for _, e := range entries {
		list = append([]string{fmt.Sprintf("%s via %s from %s: %s %s %s in %s", e.User, e.Via, e.From, e.Action, e.Name, e.Result, e.Vhost)}, list...)
	}
	return list
}

// TestAudit: who did what, how and from where, and what was refused; not what
// goes along with something bigger, nor what a connection has to itself.
func TestAudit(t *testing.T) {
	f := newFixture(t)
	f.must(f.By(Actor{User: "eve", Via: "definitions", From: "d.json"}).CreateVhost("shop"))
	f.must(f.PutUser("bob", "secret"))
	s := f.session("guest", "/")
	_, err := s.DeclareQueue(queue.Declaration{Name: "q", Durable: true})
	f.must(err)
	f.must(s.BindQueue(Link{"amq.topic", "q", "a.#", nil}))
	_, err = s.DeclareQueue(queue.Declaration{Name: "mine", Exclusive: true})
	f.must(err)
	for range 3 {
		if _, err := s.DeclareQueue(queue.Declaration{Name: "q"}); err == nil {
			t.Fatal("declared otherwise")
		}
	}
	_, err = s.Purge("q")
	f.must(err)
	_, err = s.DeleteQueue("q", false, false)
	f.must(err)
	want := []string{
		"eve via definitions from d.json: vhost.created shop ok in ",
		"rmq-internal via  from : user.created bob ok in ",
	}
	got := f.recorded(Choice{})
	by := fmt.Sprintf("guest via %s from %s: ", s.c.Protocol, s.c.Name)
	for _, what := range []string{
		"queue.created q ok in /", "binding.created q ok in /",
		"queue.created q inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true' in /",
		"queue.purged q ok in /", "queue.deleted q ok in /",
	} {
		want = append(want, by+what)
	}
	if tail := got[len(got)-len(want):]; strings.Join(tail, "\n") != strings.Join(want, "\n") {
		t.Errorf("on record:\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	f.restart()
	if again := f.recorded(Choice{}); strings.Join(again, "\n") != strings.Join(got, "\n") {
		t.Errorf("after a restart:\n%s\nwant\n%s", strings.Join(again, "\n"), strings.Join(got, "\n"))
	}
	f.must(f.DeleteUser("bob"))
	if now := f.recorded(Choice{}); !strings.Contains(now[len(now)-1], "user.deleted bob") {
		t.Errorf("after a restart nothing is added: %q", now)
	}
}

// TestAuditChoice: each filter alone, and going on from an entry.
func TestAuditChoice(t *testing.T) {
	f := newFixture(t)
	before := len(f.recorded(Choice{}))
	bob := f.By(Actor{User: "bob", Via: "http", From: "here"})
	bob.Note("queue.created", amqp.Table{"name": "Orders", "vhost": "shop"})
	f.By(Actor{User: "amy", Via: "amqp"}).Note("exchange.created", amqp.Table{"name": "x", "vhost": "/"})
	bob.Refused("exchange.deleted", amqp.Table{"name": "x", "vhost": "/"}, InvalidError("no"))
	for _, tt := range []struct {
		c    Choice
		want int
	}{
		{Choice{}, before + 3}, {Choice{User: "bob"}, 2}, {Choice{Vhost: "shop"}, 1}, {Choice{Name: "order"}, 1},
		{Choice{Via: "amqp"}, 1}, {Choice{Refused: true}, 1}, {Choice{Action: "exchange."}, 2},
		{Choice{FromMs: time.Now().Add(time.Hour).UnixMilli()}, 0}, {Choice{TillMs: 1}, 0},
	} {
		if got := f.recorded(tt.c); len(got) != tt.want {
			t.Errorf("%+v: %q, want %d", tt.c, got, tt.want)
		}
	}
	list, err := f.Entries(Choice{Most: 2})
	f.must(err)
	older, err := f.Entries(Choice{Most: 1, Before: list[1].ID})
	f.must(err)
	if len(list) != 2 || len(older) != 1 || older[0].Name != "Orders" {
		t.Errorf("the third is %+v", older)
	}
}

// TestAuditBounds: the oldest go, what says too much is cut, and what is refused
// again and again is counted.
func TestAuditBounds(t *testing.T) {
	f := newFixture(t)
	who := f.By(Actor{User: "bob", From: "1.2.3.4:5 -> 6.7.8.9:5672"})
	who.Note("first", amqp.Table{"name": strings.Repeat("x", 255), "big": strings.Repeat("y", 2*maxEntryBytes)})
	if e, _ := f.Entries(Choice{Action: "first", Most: 1}); len(e) != 1 || e[0].Said["too_large"] == nil {
		t.Errorf("not cut: %+v", e)
	}
	for i := range maxEntries {
		if i%1000 == 0 {
			f.audit.catchUp()
		}
		f.By(Actor{User: strconv.Itoa(i / floodBurst)}).Note("more", amqp.Table{"name": "n"})
	}
	if got := f.recorded(Choice{Action: "first"}); len(got) != 0 {
		t.Errorf("still there: %q", got)
	}
	n := 0
	f.must(f.store.Scan([]byte(entryPrefix), func(_, _ []byte) bool { n++; return true }))
	if n != maxEntries {
		t.Errorf("%d entries are stored, want %d", n, maxEntries)
	}

	var r refusals
	e := Entry{User: "u", From: "1.2.3.4:5 -> b", Action: "a", Result: "no", AtMs: 1000}
	if r.again(&e) || !r.again(&e) || !r.again(&e) {
		t.Error("the first is on record, and the next are not")
	}
	later := e
	later.AtMs, later.From = 1000+refusedAgainMs, "1.2.3.4:77 -> b"
	if r.again(&later) || later.Repeated != 2 {
		t.Errorf("a minute later: repeated %d, want 2", later.Repeated)
	}
	for i := range 10 * maxRefusals {
		r.again(&Entry{Name: fmt.Sprint(i), Result: "no"})
	}
	if len(r.known) > maxRefusals {
		t.Errorf("%d are remembered", len(r.known))
	}
}

// TestWatch: who watches hears of events without a queue, drops what it does not
// take, and hears nothing after Close.
func TestWatch(t *testing.T) {
	f := newFixture(t)
	w := f.Watch()
	defer w.Close()
	f.must(f.CreateVhost("shop"))
	h := <-w.C()
	if h.Name != "vhost.created" || h.Headers["name"] != "shop" || h.Headers[actor] != internalUser {
		t.Errorf("heard %+v", h)
	}
	if h = <-w.C(); h.Entry == nil || h.Entry.Action != "vhost.created" {
		t.Errorf("heard %+v", h)
	}
	for range maxWatched + 10 {
		f.emit("x", named("x"))
	}
	if w.Dropped() == 0 {
		t.Error("nothing was dropped")
	}
	w.Close()
	for len(w.C()) > 0 {
		<-w.C()
	}
	f.emit("x", named("x"))
	if len(w.C()) > 0 {
		t.Error("heard after Close")
	}
}
