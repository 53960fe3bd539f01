package definitions

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// surroundings are what the files of the tests refer to.
var surroundings = Source{
	Lookup: func(name string) (string, bool) {
		v, ok := map[string]string{"SECRET": "hush", "PRIORITY": "4", "EMPTY": "", "YES": "true", "TRICK": "${SECRET}: {a: b}"}[name]
		return v, ok
	},
	ReadFile: func(path string) ([]byte, error) {
		switch path {
		case filepath.Join("testdata", "audit"):
			return []byte("ledger\n"), nil
		case filepath.Join("testdata", "nothing"):
			return []byte("\n"), nil
		}
		return nil, fmt.Errorf("open %s: no such file", path)
	},
}

func readOrders(t testing.TB) *Document {
	t.Helper()
	text, err := os.ReadFile("testdata/orders.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Read("testdata/orders.yaml", text, surroundings)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestReadPeople: every way of saying something, and what it means.
func TestReadPeople(t *testing.T) {
	d := readOrders(t)
	all := Object{}
	bind := func(from, to, kind, key string) Binding {
		return Binding{Vhost: "/", Source: from, Destination: to, DestinationType: kind, RoutingKey: key, Arguments: all}
	}
	want := &Definitions{
		Owner: "orders-team",
		Users: []User{
			{Name: "orders-app", Password: "a$bhush$", Tags: Tags{"monitoring"}},
			{Name: "auditor", Password: "ledger", Tags: Tags{}, Limits: Object{"max-channels": int64(9)}},
			{Name: "robot", Tags: Tags{}},
		},
		Vhosts: []Vhost{{Name: "/", Limits: Object{"max-connections": int64(500)}}},
		Permissions: []Permission{
			{User: "orders-app", Vhost: "/", Configure: `^orders\.`, Write: ".*", Read: ".*"},
			{User: "auditor", Vhost: "/", Configure: ".*", Write: ".*", Read: ".*"},
		},
		TopicPermissions: []TopicPermission{{User: "orders-app", Vhost: "/", Exchange: "orders", Write: "^order", Read: ".*"}},
		GlobalParameters: []GlobalParameter{{Name: "cluster_name", Value: []byte(`"warren"`)}},
		Parameters: []Parameter{
			{Vhost: "/", Component: OperatorPolicy, Name: "roof", Value: []byte(`{"apply-to":"all","definition":{"max-length":10},"pattern":".*","priority":0}`)},
			{Vhost: "/", Component: "shovel", Name: "s", Value: []byte(`{"dest-uri":["amqp://"],"src-uri":"amqp://"}`)},
		},
		Policies: []Policy{{
			Vhost: "/", Name: "cap", Pattern: `^orders\.[a-z]+$`, ApplyTo: "queues", Priority: 4,
			Definition: Object{"max-length-bytes": int64(2 << 30), "message-ttl": int64(86_400_000)},
		}},
		Exchanges: []Exchange{
			{Vhost: "/", Name: "orders", Type: "topic", Durable: true, Arguments: all},
			{Vhost: "/", Name: "orders.eu", Type: "topic", Durable: true, Arguments: Object{"alternate-exchange": "amq.fanout"}},
			{Vhost: "/", Name: "orders.dlx", Type: "fanout", Durable: true, Arguments: Object{
				"x-note": "2024-01-01", "n": []any{int64(1), 2.5, "yes", true, nil},
			}},
		},
		Queues: []Queue{
			{Vhost: "/", Name: "orders.eu", Type: "quorum", Durable: true, Arguments: Object{
				"x-message-ttl": int64(60000), "x-max-length": int64(1_000_000), "x-max-length-bytes": int64(2 << 30),
				"x-delivery-limit": int64(7), "x-dead-letter-exchange": "orders.dlx", "x-dead-letter-routing-key": "late",
			}},
			{Vhost: "/", Name: "orders.dead", Durable: true, Arguments: Object{"x-max-priority": int64(3), "x-dead-letter-exchange": "orders"}},
			{Vhost: "/", Name: "plain", Durable: true, Arguments: all},
		},
		Bindings: []Binding{
			bind("orders", "orders.eu", "exchange", "eu.#"), bind("orders", "amq.topic", "exchange", ""),
			bind("orders", "orders.eu", "queue", "order.eu.#"), bind("orders.eu", "orders.eu", "queue", "a"),
			bind("orders.eu", "orders.eu", "queue", "b"), bind("orders.dlx", "orders.eu", "queue", ""),
			bind("orders.dlx", "orders.dead", "queue", ""),
		},
	}
	for i, r := range want.Records() {
		if got := d.Records(); i >= len(got) || !reflect.DeepEqual(got[i], r) {
			t.Errorf("record %d: got  %+v\nwant %+v", i, got[min(i, len(got)-1)], r)
		}
	}
	if !reflect.DeepEqual(d.Definitions, want) {
		t.Errorf("got  %+v\nwant %+v", d.Definitions, want)
	}
	if got := d.Place(&d.Queues[1]).String(); got != "testdata/orders.yaml:23:7" {
		t.Errorf("orders.dead is at %s", got)
	}
	doubt := "testdata/orders.yaml:15:7: warning: its dead letters come back to it: what no consumer takes goes round once, and is dropped"
	if ps := Check([]*Document{d}); len(ps) != 1 || ps[0].Error() != doubt {
		t.Errorf("its doubts: %v", ps)
	}
}

// TestReadRefuses: what is wrong is told with its place, all of it at once.
func TestReadRefuses(t *testing.T) {
	v := "version: 1\n"
	for text, want := range map[string]string{
		v + "vhost: {}":  "f:2:1: unknown key 'vhost': did you mean 'vhosts'? (keys: version, owner, vhosts, users, global_parameters)",
		"version: 2":     "f:1:10: version: want at most 1",
		"version: one":   "f:1:10: version: want a whole number",
		v + "owner: 5":   "f:2:8: owner: want a text: write '5' in quotes",
		v + "vhosts: []": "f:2:9: vhosts: want names and what they are",
		v + "vhosts: {/: {queues: {q: {mesage_ttl: 5s}, r: {x-max-length: 3}, s: {exclusive: true}}}}": "f:2:27: unknown key 'mesage_ttl': did you mean 'message_ttl'? (keys: type, durable,*" +
			"\nf:2:48: unknown key 'x-max-length': did you mean 'max_length'?*\nf:2:70: an exclusive queue goes with*",
		v + "vhosts: {/: {queues: {q: {message_ttl: 5 s, max_length_bytes: 3XB, durable: yes, max_priority: 300}}}}": "f:2:40: message_ttl: want a duration such as 60s, 1h30m or 7d, or milliseconds, got '5 s'" +
			"\nf:2:63: max_length_bytes: want a size such as 500MB or 2GiB, or bytes, got '3XB'" +
			"\nf:2:77: durable: want true or false\nf:2:96: max_priority: want at most 255",
		v + "vhosts: {/: {queues: {q: {type: qourum}, r: {type: quorum, durable: false}}}}":                                 "f:2:33: type: want one of classic, quorum, stream, got 'qourum': did you mean 'quorum'?\nf:2:42: a queue of type quorum is durable",
		v + "vhosts: {/: {queues: {q: {type: quorum, max_priority: 3}, r: {type: stream, arguments: {x-message-ttl: 5}}}}}": "f:2:55: a queue of type quorum takes no max_priority\nf:2:62: a queue of type stream takes no message_ttl",
		v + "vhosts: {/: {queues: {q: {dead_letter_routing_key: k}, amq.q: {}, \"\": {}}}}":                                 "f:2:23: queue 'q' has a routing key*\nf:2:56: names that begin with amq.*\nf:2:67: a queue must have a name",
		v + "vhosts: {/: {queues: {q: {max_length: 3, arguments: {x-max-length: 4}}}}}":                                     "f:2:39: argument x-max-length is set twice",
		v + "vhosts: {/: {queues: {q: {bind: [x, {to: x}, {to: y, key: a, keys: [a]}, {key: a}, 5]}}}}":                     "f:2:37: binding of queue 'q' to 'x' by '' in '/' is described twice, first at line 2\n*both*'to' is missing\n*in quotes*",
		v + "vhosts: {/: {exchanges: {amq.topic: {type: topic}}}}":                                                          "f:2:38: exchange 'amq.topic' is there in every vhost as it is*",
		v + "vhosts: {/: {queues: {q: {}, q: {}}}}":                                                                         "f:2:30: 'q' is set twice, first at line 2",
		v + "vhosts: {/: {policies: {p: {definition: {max_length: 5}}}}}":                                                   "f:2:28: p: 'pattern' is missing\nf:2:42: unknown key 'max_length': did you mean 'max-length'?*",
		v + "vhosts: {/: {permissions: {u: most, w: {read: x}}}}":                                                           "f:2:31: u: want full, got 'most'\n*configure*\n*write*",
		v + "users: {a: {}, b: {password: x, password_hash: y}, c: {password: 12}, d: {password: \"\"}}": "f:2:9: user 'a' has none of password*\nf:2:48: user 'b' has both password and password_hash" +
			"\nf:2:66: password: want a text: put it in quotes\nf:2:85: the password of user 'd' is empty",
		v + "users: {a: {password_file: none}, b: {password_file: testdata/nothing}}": "f:2:28: open none: no such file\nf:2:54: testdata/nothing holds no password",
		v + "owner: ${NONE}":                                        "f:2:8: variable NONE is not set; ${NONE:-…} gives it a default",
		v + "users: {a: {password: \"${NONE:?why}\"}}":              "f:2:23: variable NONE: why",
		v + "owner: ${NONE:?why}":                                   "f:2:8: variable NONE: why",
		v + "owner: ${EMPTY:?}":                                     "f:2:8: variable EMPTY: it is not set",
		v + "owner: \"${A\"":                                        "f:2:8: a ${ without its }*",
		v + "owner: ${1}":                                           "f:2:8: '1' is no name of a variable*",
		v + "owner: ${A:=b}":                                        "f:2:8: after ${A: comes - and a default, or ? and a message",
		v + "owner: !secret a":                                      "f:2:8: the tag !secret means nothing here",
		v + "owner: [":                                              "f:2: did not find expected node content",
		v + "vhosts: &a {/: {queues: {q: {arguments: *a}}}}":        "f:2*this is nested too deeply*",
		v + "vhosts: {/: {<<: [{queues: {}}, 5]}}":                  "f:2:*only a mapping can be merged",
		v + "vhosts: {/: {exchanges: {x: {arguments: {n: .nan}}}}}": "f:2:*n: number .nan is out of range",
		v + "global_parameters: {a: .inf, [b]: c}":                  "f:2:*number .inf is out of range\nf:2:*a key must be a text",
	} {
		_, err := Read("f", []byte(text), surroundings)
		if err == nil || !like(err.Error(), want) {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
		if ps, ok := errors.AsType[Problems](err); err != nil && (!ok || len(ps) == 0) {
			t.Errorf("%s: an error of another kind: %T", text, err)
		}
	}
}

// like reports whether text is as pattern says, in which * is anything.
func like(text, pattern string) bool {
	for i, part := range strings.Split(pattern, "*") {
		at := strings.Index(text, part)
		if at < 0 || i == 0 && at > 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return text == "" || strings.HasSuffix(pattern, "*")
}

// TestBombs: a file that would grow beyond all bounds is refused, and soon.
func TestBombs(t *testing.T) {
	var laughs strings.Builder
	laughs.WriteString("version: 1\nx-a: &a0 [l, l, l, l, l, l, l, l, l]\n")
	for i := range 9 {
		fmt.Fprintf(&laughs, "x-a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 9), ", "))
	}
	laughs.WriteString("global_parameters: {p: *a9}\n")
	for name, text := range map[string]string{
		"holds too much": laughs.String(), "nested too deeply": "version: 1\nglobal_parameters: {p: " + strings.Repeat("[", 60) + strings.Repeat("]", 60) + "}",
		"larger than": strings.Repeat(" ", MaxBytes+1),
	} {
		if _, err := Read("f.yaml", []byte(text), Source{}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNoInjection: what a variable holds is a value, whatever it looks like.
func TestNoInjection(t *testing.T) {
	d, err := Read("f.yaml", []byte("version: 1\nowner: ${TRICK}\nvhosts: {/: {queues: {q: {durable: '${YES}'}}}}"), surroundings)
	if err != nil || d.Owner != "${SECRET}: {a: b}" || !d.Queues[0].Durable {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestNoSurroundings: nobody reads the environment or the files of the broker.
func TestNoSurroundings(t *testing.T) {
	for _, text := range []string{"owner: ${HOME}", "users: {a: {password_file: /etc/passwd}}"} {
		if _, err := Read("f.yaml", []byte("version: 1\n"+text), Source{}); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

// TestPlacesOfLists: records of RabbitMQ's lists have their line, and all that
// is wrong with them is told.
func TestPlacesOfLists(t *testing.T) {
	d, err := Read("f.json", []byte("{\"queues\": [\n{\"name\": \"a\"},\n\n{\"name\": \"b\"}],\n\"users\": [\n{\"name\":\"u\"}]}"), Source{})
	if err != nil || d.Place(&Queue{Name: "b"}).String() != "f.json:4" || d.Place(&User{Name: "u"}).String() != "f.json:6" {
		t.Errorf("%+v, %v", d, err)
	}
	_, err = Read("f.yaml", []byte("queues:\n- {nme: a}\n- {name: b}\n- 5\nuser: []"), Source{})
	if err == nil || err.Error() != "f.yaml:2: queues[0]: unknown key 'nme'\nf.yaml:4: queues[2]: want an object\nf.yaml:5: unknown key 'user'" {
		t.Errorf("got %v", err)
	}
}
