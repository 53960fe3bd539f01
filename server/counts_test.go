package server

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/stats"
)

// onStage runs f in a bubble of time with a node of its own.
func onStage(t *testing.T, f func(t *testing.T, st *stage)) {
	synctest.Test(t, func(t *testing.T) {
		st := &stage{t: t, peers: map[string]*peer{}, names: map[string]string{}}
		defer st.leave()
		f(t, st)
	})
}

// say carries out a line, whatever the answer.
func (st *stage) say(t *testing.T, text string) {
	t.Helper()
	if _, err := st.do(text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// printTraffic prints what is not 0.
func printTraffic(t queue.Traffic) string {
	var words []string
	for e, n := range t {
		if n > 0 {
			words = append(words, fmt.Sprintf("%s=%d", queue.Event(e), n))
		}
	}
	return strings.Join(words, " ")
}

// TestCounts: what a client does on its channel is counted there, at the
// exchanges and in the queues, once each.
func TestCounts(t *testing.T) {
	const setUp = `1 C: queue.declare queue=q ; queue.declare queue=r ; exchange.declare exchange=x type=fanout ;` +
		` queue.bind queue=q exchange=x ; queue.bind queue=r exchange=x`
	tests := []struct {
		name  string
		lines []string
		want  map[string]string // by what is counted: channel, x, q, "x>q", "1<q", "1>x"
	}{
		{"publish", []string{`1 C: basic.publish exchange=x | "a" ; basic.publish exchange=x | "b" ; basic.publish routing_key=q | "c"`},
			map[string]string{
				"channel": "publish=3 publish_out=5", "x": "publish_in=2 publish_out=4", "default": "publish_in=1 publish_out=1",
				"q": "publish=3", "r": "publish=2", "x>q": "2", "x>r": "2", "default>q": "1",
				"1>x": "publish=2 publish_out=4", "1>default": "publish=1 publish_out=1",
			}},
		{"unroutable", []string{
			`1 C: basic.publish routing_key=none | "a" ; basic.publish routing_key=none mandatory | "b" ; basic.publish routing_key=none mandatory | "c"`},
			map[string]string{
				"channel": "publish=3 return_unroutable=2 drop_unroutable=1", "default": "publish_in=3",
				"1>default": "publish=3 return_unroutable=2 drop_unroutable=1",
			}},
		{"confirms", []string{`1 C: confirm.select ; basic.publish exchange=x | "a" ; basic.publish routing_key=q | "b" ; basic.publish routing_key=none | "c"`},
			map[string]string{
				"channel": "publish=3 publish_out=3 confirm=3 drop_unroutable=1", "x": "publish_in=1 publish_out=2",
				"default": "publish_in=2 publish_out=1", "q": "publish=2", "r": "publish=1", "x>q": "1", "x>r": "1", "default>q": "1",
				"1>x":       "publish=1 publish_out=2 confirm=1",
				"1>default": "publish=2 publish_out=1 confirm=2 drop_unroutable=1",
			}},
		{"copies", []string{`1 C: basic.publish exchange=x | headers={CC:["r"]} "a" ; basic.publish routing_key=q | headers={CC:["r"]} "b" ; basic.publish routing_key=q | headers={CC:["r"]} "c"`},
			map[string]string{
				"channel": "publish=3 publish_out=6", "x": "publish_in=1 publish_out=2", "default": "publish_in=2 publish_out=4",
				"q": "publish=3", "r": "publish=3", "x>q": "1", "x>r": "1", "default>q": "2", "default>r": "2",
				"1>x": "publish=1 publish_out=2", "1>default": "publish=2 publish_out=4",
			}},
		{"deliveries", []string{
			`1 C: basic.publish exchange=x | "a" ; basic.publish exchange=x | "b"`,
			`1 C: basic.consume queue=q consumer_tag=c ; basic.consume queue=r consumer_tag=d no_ack`,
			`1 C: basic.ack delivery_tag=1`},
			map[string]string{
				"channel": "publish=2 publish_out=4 deliver=2 deliver_no_ack=2 ack=1",
				"x":       "publish_in=2 publish_out=4", "x>q": "2", "x>r": "2", "1>x": "publish=2 publish_out=4",
				"q": "publish=2 deliver=2 ack=1", "r": "publish=2 deliver_no_ack=2",
				"1<q": "deliver=2 ack=1", "1<r": "deliver_no_ack=2",
			}},
		{"redeliveries", []string{
			`1 C: basic.publish routing_key=q | "a"`, `1 C: basic.get queue=q`,
			`1 C: basic.reject delivery_tag=1 requeue`, `1 C: basic.get queue=q no_ack`, `1 C: basic.get queue=q`},
			map[string]string{
				"channel": "publish=1 publish_out=1 get=1 get_no_ack=1 get_empty=1 redeliver=1",
				"default": "publish_in=1 publish_out=1", "default>q": "1", "1>default": "publish=1 publish_out=1",
				"q": "publish=1 get=1 get_no_ack=1 get_empty=1 redeliver=1", "1<q": "get=1 get_no_ack=1 get_empty=1 redeliver=1",
			}},
		{"transactions", []string{
			`1 C: tx.select ; basic.publish routing_key=q | "a" ; tx.rollback ; basic.publish routing_key=q | "b" ; tx.commit`,
			`1 C: basic.get queue=q`, `1 C: basic.ack delivery_tag=1`, `1 C: tx.commit`},
			map[string]string{
				"channel": "publish=1 publish_out=1 get=1 ack=1", "default": "publish_in=1 publish_out=1", "default>q": "1",
				"1>default": "publish=1 publish_out=1", "q": "publish=1 get=1 ack=1", "1<q": "get=1 ack=1",
			}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			onStage(t, func(t *testing.T, st *stage) {
				st.say(t, setUp)
				for _, l := range test.lines {
					st.say(t, l)
				}
				got := counted(t, st.n.b)
				if !maps.Equal(got, test.want) {
					for _, k := range slices.Sorted(maps.Keys(got)) {
						if got[k] != test.want[k] {
							t.Errorf("%s: %s, want %s", k, got[k], test.want[k])
						}
					}
					for k, want := range test.want {
						if got[k] == "" {
							t.Errorf("%s: nothing, want %s", k, want)
						}
					}
				}
				if took := st.n.b.Latencies().Confirm; (took.Count > 0) != (test.name == "confirms") {
					t.Errorf("%d confirms were timed", took.Count)
				}
				sumsAgree(t, st)
			})
		})
	}
}

// counted is what was counted everywhere.
func counted(t *testing.T, b *broker.Broker) map[string]string {
	t.Helper()
	got := map[string]string{}
	name := func(s string) string {
		if s == "" {
			return "default"
		}
		return s
	}
	note := func(what string, t queue.Traffic) {
		if !t.IsZero() {
			got[what] = printTraffic(t)
		}
	}
	v, err := b.Vhost("/")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range b.Sessions() {
		note("channel", s.Traffic())
		for _, p := range s.Published() {
			note("1>"+name(p.Exchange.Name), p.Traffic())
		}
		for _, d := range s.Delivered() {
			note("1<"+d.Queue.Name, d.Traffic())
		}
	}
	for _, x := range v.Exchanges() {
		note(name(x.Name), x.Traffic())
		for _, p := range x.Outgoing() {
			got[name(x.Name)+">"+p.Queue.Name] = fmt.Sprint(p.Count())
		}
	}
	for _, q := range v.Queues() {
		note(q.Name, q.Picture().Traffic)
	}
	return got
}

// sumsAgree checks that a node and its vhost have counted what their channels
// have, whether they live or are gone.
func sumsAgree(t *testing.T, st *stage) {
	t.Helper()
	b := st.n.b
	var sum queue.Traffic
	for _, s := range b.Sessions() {
		traffic := s.Traffic()
		sum.Add(&traffic)
	}
	check := func(when string) {
		t.Helper()
		var kinds queue.Traffic
		for _, k := range b.Activity().ByKind {
			kinds.Add(&k)
		}
		if got := b.Activity().Traffic; got != sum {
			t.Errorf("%s the node has %s, want %s", when, printTraffic(got), printTraffic(sum))
		}
		if got := b.ActivityIn("/").Traffic; got != sum {
			t.Errorf("%s the vhost has %s, want %s", when, printTraffic(got), printTraffic(sum))
		}
		if kinds.DeliverGet() != sum.DeliverGet() || kinds[queue.Acked] != sum[queue.Acked] {
			t.Errorf("%s the kinds of queues have %s, want the deliveries of %s", when, printTraffic(kinds), printTraffic(sum))
		}
	}
	check("with its channels")
	st.say(t, `1 C: channel.close 200 "bye"`)
	check("without its channels")
	if n := len(b.Sessions()); n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	c := b.Churn()
	if c.ChannelsOpened != 1 || c.ChannelsClosed != 1 || c.ConnectionsOpened != 1 || c.QueuesDeclared != 2 || c.QueuesCreated != 2 {
		t.Errorf("churn %+v", c)
	}
	st.leave()
	synctest.Wait()
	if c := b.Churn(); c.ConnectionsClosed != 1 {
		t.Errorf("churn %+v", c)
	}
	if o := b.Activity().Octets; o.Received == 0 || o.Sent == 0 || o.Reads == 0 || o.Writes == 0 {
		t.Errorf("octets of those who are gone: %+v", o)
	}
	if d := b.MessageSizes(); d.Count != sum[queue.Published] || d.Counts[0] != d.Count || d.Sum != d.Count {
		t.Errorf("sizes %+v of %d messages of a byte", d, sum[queue.Published])
	}
}

// TestChannelState: a channel shows how it is, its consumers, and what it holds.
func TestChannelState(t *testing.T) {
	onStage(t, func(t *testing.T, st *stage) {
		st.say(t, `1 C: queue.declare queue=q arguments={x-single-active-consumer:true} ; basic.qos prefetch_count=7 ;`+
			` basic.consume queue=q consumer_tag=one arguments={x-priority:i64 3} ; basic.consume queue=q consumer_tag=two ; basic.qos prefetch_count=2 global`)
		st.say(t, `1 C: basic.publish routing_key=q | "a" ; basic.publish routing_key=q | "bc" ; basic.publish routing_key=q | "d"`)
		b := st.n.b
		s := b.Sessions()[0]
		want := broker.ChannelState{Prefetch: 7, GlobalPrefetch: 2, Consumers: 2, Unacked: 2}
		if got := s.State(); got != want {
			t.Errorf("state %+v, want %+v", got, want)
		}
		if b.SessionNamed(s.Name()) != s || len(s.Connection().Sessions()) != 1 || s.Number() != 1 {
			t.Errorf("%s is not to be found", s.Name())
		}
		held := s.Held(2, 10)
		if len(held) != 1 || held[0].Tag != 2 || held[0].Consumer != "one" || held[0].Bytes != 2 || held[0].Queue.Name != "q" ||
			!held[0].Since.Equal(time.Now()) {
			t.Errorf("held from tag 2: %+v", held)
		}
		q := held[0].Queue
		if all := b.Holders(q, 10); len(all) != 2 || all[0].Tag != 1 || all[0].Session != s {
			t.Errorf("holders %+v", all)
		}
		cs := s.Consumers()
		if len(cs) != 2 || cs[0].Status != broker.SingleActive || cs[1].Status != broker.Waiting || !cs[0].Active || cs[1].Active ||
			cs[0].Priority != 3 || cs[0].Prefetch != 7 || cs[0].Unacked != 2 {
			t.Errorf("consumers %+v", cs)
		}
		if of := broker.ConsumersOf(q); len(of) != 2 || of[0].Tag != "one" || of[0].Session != s || of[0].Unacked != 2 {
			t.Errorf("consumers of the queue %+v", of)
		}
		p := q.Picture()
		if p.SingleActiveTag != "one" || !p.Stalled || p.Ready != 1 || p.Unacked != 2 {
			t.Errorf("picture %+v", p)
		}
		st.say(t, `2 C: channel.open`)
		st.say(t, `2 C: tx.select ; basic.publish routing_key=q | "e" ; basic.publish routing_key=q | "f"`)
		if got := b.Sessions()[1].State(); got != (broker.ChannelState{Transactional: true, Uncommitted: 2}) {
			t.Errorf("state in a transaction %+v", got)
		}
	})
}

// TestRates: the sampler sees what clients do, and that they do nothing more.
func TestRates(t *testing.T) {
	onStage(t, func(t *testing.T, st *stage) {
		st.say(t, `1 C: queue.declare queue=q ; basic.consume queue=q no_ack`)
		began := time.Now()
		time.Sleep(250 * time.Millisecond) // between the samples
		for range 20 {
			st.say(t, `1 C: basic.publish routing_key=q | "a" ; basic.publish routing_key=q | "b"`)
			time.Sleep(500 * time.Millisecond)
		}
		b := st.n.b
		v, _ := b.Vhost("/")
		q, x, s := v.Queues()[0], v.Exchanges(), b.Sessions()[0]
		rates := map[string]float64{
			"queue published":   q.Past.Rate(int(queue.Published)),
			"queue delivered":   q.Past.Rate(int(queue.DeliveredNoAck)),
			"passage":           q.Incoming()[0].Past.Rate(0),
			"session published": s.Past.Rate(int(queue.Published)),
			"to exchange":       s.Published()[0].Past.Rate(int(queue.Published)),
			"from queue":        s.Delivered()[0].Past.Rate(int(queue.Delivered), int(queue.DeliveredNoAck)),
			"vhost":             v.Past.Rate(int(queue.Published)),
			"node":              b.Past().Rate(int(queue.Published)),
		}
		for _, x := range x {
			if x.Name == "" {
				rates["exchange"] = x.Past.Rate(broker.ExchangeIn)
			}
		}
		for what, rate := range rates {
			if rate != 4 {
				t.Errorf("%s: %v a second, want 4", what, rate)
			}
		}
		minute := stats.Grid{Age: time.Minute, Incr: time.Second}
		for i, sample := range q.Past.Samples(time.Now(), broker.QueueRow(q), minute, int(queue.Published)) {
			if want := uint64(max(0, 40-4*i)); sample.Value != want {
				t.Errorf("%d s ago there were %d, want %d", i, sample.Value, want)
			}
		}
		time.Sleep(30 * time.Second)
		if r := q.Past.Rate(int(queue.Published)); r != 0 {
			t.Errorf("%v a second long after the last message", r)
		}
		if idle := s.IdleSince().Sub(began); idle < 9*time.Second || idle > 11*time.Second {
			t.Errorf("idle since %v", idle)
		}
	})
}
