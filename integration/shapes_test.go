package integration

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// leftOut are keys of RabbitMQ's that our answers do not have, and why. A name
// with a dot is the end of a path, one without is a key anywhere.
var leftOut = map[string]string{
	"internal_purpose":      "of a type of exchange for RabbitMQ's own use",
	"socket_opts.ip":        "said beside it",
	"socket_opts.port":      "said beside it",
	"socket_opts.protocol":  "said beside it",
	"send_timeout":          "of an Erlang socket",
	"send_timeout_close":    "of an Erlang socket",
	"idle_since":            "there when a thing is idle",
	"garbage_collection":    "of an Erlang process; nothing here is one",
	"reductions":            "steps of an Erlang process",
	"reductions_details":    "steps of an Erlang process",
	"cached_segments":       "of reading RabbitMQ's streams",
	"pending_raft_commands": "a queue has one replica",
	"ra_open_file_metrics":  "there is no Raft log",
	"cowboy_opts":           "of RabbitMQ's web server",
	"ssl_opts":              "of RabbitMQ's web server",
	"backlog":               "the system decides, and does not say",
	"exit_on_close":         "of an Erlang socket",
	"linger":                "of an Erlang socket",
	"binary":                "parts of Erlang's binaries; asked for, it is empty",
}

// added are keys of ours that RabbitMQ's answers do not have, or not always.
var added = map[string]string{
	"effective_policy_sources":   "which policy sets which key",
	"messages_delayed":           "wait for their retry",
	"delayed_retry":              "which of those that come back wait",
	"protected_from_deletion":    "queues can be protected",
	"head_message_enqueued_at":   "how old a backlog is, without a timestamp of the publisher",
	"owner_pid_details":          "RabbitMQ has it where a queue is exclusive",
	"idle_since":                 "RabbitMQ has it where a thing is idle",
	"global_prefetch_count":      "RabbitMQ had it while a channel could have a prefetch",
	"priority":                   "of a consumer",
	"messages_unacknowledged":    "of a consumer",
	"disk_reads":                 "of a queue; RabbitMQ has it of the node",
	"disk_reads_details":         "of a queue; RabbitMQ has it of the node",
	"disk_writes":                "of a queue; RabbitMQ has it of the node",
	"disk_writes_details":        "of a queue; RabbitMQ has it of the node",
	"queue_slave_procs":          "exporters look for what older RabbitMQ had",
	"protocol":                   "of a listener of HTTP",
	"consumer_details":           "empty lists in RabbitMQ's body",
	"policy":                     "null where RabbitMQ's list leaves it out",
	"operator_policy":            "null where RabbitMQ's list leaves it out",
	"exclusive_consumer_tag":     "null where RabbitMQ's list leaves it out",
	"single_active_consumer_tag": "null where RabbitMQ's list leaves it out",
	"head_message_timestamp":     "null where RabbitMQ's list leaves it out",
	"contexts[].node":            "as in the overview",
}

// freeForm are objects that hold what users put there.
var freeForm = []string{"arguments", "client_properties", "effective_policy_definition", "effective_policy_sources", "metadata", "cluster_state", "ra_open_file_metrics"}

// shape is the keys of a body, as paths, with the types of their values.
type shape map[string]string

func (s shape) walk(path string, v any) {
	kind := "null"
	switch v := v.(type) {
	case bool:
		kind = "bool"
	case float64:
		kind = "number"
	case string:
		kind = "string"
	case map[string]any:
		kind = "object"
		if slices.Contains(freeForm, lastKey(path)) {
			break
		}
		for key, value := range v {
			s.walk(strings.TrimPrefix(path+"."+key, "."), value)
		}
	case []any:
		kind = "array"
		for _, item := range v {
			s.walk(path+"[]", item)
		}
	}
	if path != "" && (s[path] == "" || s[path] == "null") {
		s[path] = kind
	}
}

func lastKey(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// excused reports whether path, or what it is in, is in a table.
func excused(path string, table map[string]string) bool {
	for key := range table {
		if strings.Contains(key, ".") && strings.HasSuffix(path, key) {
			return true
		}
	}
	keys := strings.Split(strings.ReplaceAll(path, "[]", ""), ".")
	return slices.ContainsFunc(keys, func(key string) bool { return table[key] != "" })
}

// TestShapes compares our answers under a small load with RabbitMQ's: the same
// keys with values of the same types, but for the tables above.
func TestShapes(t *testing.T) {
	m := startManaged(t)
	f := m.load()
	m.burst(f, 50)
	time.Sleep(1200 * time.Millisecond) // numbers are looked at once a second
	m.burst(f, 5)
	text, err := os.ReadFile("testdata/shapes.txt")
	m.must(err)
	for _, section := range strings.Split(string(text), "\nGET ")[1:] {
		path, lines, _ := strings.Cut(section, "\n")
		t.Run(path, func(t *testing.T) { m.compare(t, path, lines) })
	}
}

func (m management) compare(t *testing.T, path, lines string) {
	var body any
	m.get(m.fill(path), &body)
	ours := shape{}
	ours.walk("", body)
	theirs := shape{}
	for line := range strings.Lines(lines) {
		var key, kind string
		if n, _ := fmt.Sscan(line, &key, &kind); n == 2 {
			theirs[key] = kind
		}
	}
	for key, want := range theirs {
		got, ok := ours[key]
		switch {
		case !ok && strings.HasSuffix(key, "[]") && want != "object": // an empty list of texts
		case !ok && !excused(key, leftOut):
			t.Errorf("%s is missing", key)
		case ok && !slices.Contains(strings.Split(want, "|"), got) && want != "null" && got != "null":
			t.Errorf("%s is a %s, want %s", key, got, want)
		}
	}
	for key := range ours {
		if _, ok := theirs[key]; !ok && !excused(key, added) {
			t.Errorf("%s is new", key)
		}
	}
}
