package integration

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// rabbitmqadmin is RabbitMQ's client of the management API; make setup fetches
// it.
const rabbitmqadmin = ".tools/rabbitmqadmin"

// TestRabbitmqadmin: RabbitMQ's own client lists, declares, publishes, gets,
// exports, imports and deletes, while no AMQP client is there.
func TestRabbitmqadmin(t *testing.T) {
	t.Parallel()
	script, err := filepath.Abs(rabbitmqadmin)
	if err == nil {
		_, err = os.Stat(script)
	}
	if err != nil {
		t.Fatalf("run make setup: %v", err)
	}
	o, python := openOffice(t), pythonWith(t, "ssl")
	host, port, _ := net.SplitHostPort(o.management)
	admin := func(args ...string) string {
		t.Helper()
		return program(t, o.Broker, nil, python, append([]string{script, "-H", host, "-P", port}, args...)...)
	}
	export := filepath.Join(t.TempDir(), "definitions.json")
	for _, c := range []struct{ command, says string }{
		{"declare vhost name=shop", "vhost declared"},
		{"declare user name=bob password=secret tags=management,monitoring", "user declared"},
		{"declare permission vhost=shop user=bob configure=.* write=.* read=.*", "permission declared"},
		{"-V shop declare queue name=q durable=true arguments={\"x-max-length\":5}", "queue declared"},
		{"-V shop declare exchange name=x type=topic", "exchange declared"},
		{"-V shop declare binding source=x destination=q routing_key=a.#", "binding declared"},
		{"-V shop declare policy name=p pattern=^q definition={\"max-length\":3} apply-to=queues", "policy declared"},
		{"declare vhost_limit vhost=shop name=max-queues value=7", "declared"},
		{"-u bob -p secret -V shop publish exchange=x routing_key=a.b payload=hello", "Message published"},
		{"-V shop publish exchange=x routing_key=b payload=hello", "Message published but NOT routed"},
		{"-V shop get queue=q", "hello"},
		{"-V shop get queue=q ackmode=ack_requeue_false", "| True "},
		{"-V shop get queue=q", "No items"},
		{"-V shop list queues name messages policy", "| q    | 0        | p      |"},
		{"-V shop list bindings", "| x      | q           | a.#         |"},
		{"list users", "management monitoring"},
		{"list permissions", "| shop  | .*        | .*   | bob"},
		{"export " + export, "Exported definitions"},
		{"-V shop purge queue name=q", "queue purged"},
		{"-V shop delete binding source=x destination=q destination_type=queue properties_key=a.%23", "binding deleted"},
		{"-V shop delete queue name=q", "queue deleted"},
		{"delete vhost name=shop", "vhost deleted"},
		{"delete user name=bob", "user deleted"},
		{"list vhosts name", "| /    |"},
		{"import " + export, "Uploaded definitions"},
		{"-V shop list queues name arguments.x-max-length", "| q    | 5"},
		{"-u bob -p secret -V shop list exchanges name", "| x "},
	} {
		if out := admin(strings.Fields(c.command)...); !strings.Contains(out, c.says) {
			t.Errorf("%s says\n%s\nwant %s", c.command, out, c.says)
		}
	}
	again := export + ".again"
	admin("export", again)
	if a, b := definitionsIn(t, export), definitionsIn(t, again); !reflect.DeepEqual(a, b) {
		t.Errorf("exported %v\nonce imported it is %v", a, b)
	}
}

func definitionsIn(t *testing.T, file string) (d map[string]any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}
