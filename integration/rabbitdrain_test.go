//go:build peers

package integration

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestRabbitDrain: RabbitMQ's definitions are exported, planned and applied, and
// what is in its queues is moved, with every property; then it is followed while
// a producer is still there, and gone back. It prints what was typed and what came
// of it. RABBIT_EXPORT names a file for the export.
//
//	make peers-drain
func TestRabbitDrain(t *testing.T) {
	r := newRabbit(t)
	api := r.manage()
	r.start()
	r.control("await_startup")
	r.control("add_vhost", "shop")
	r.control("set_permissions", "-p", "shop", "guest", ".*", ".*", ".*")
	old := dialURL(t, "amqp://guest:guest@"+r.addr+"/shop")
	r.trade(old)
	awaitAPI(t, api)

	m := startManaged(t)
	x := transcript{t: t, dir: t.TempDir(), env: append(os.Environ(),
		"HUTCHMQ_URI="+m.base, "HUTCHMQ_USER=guest", "HUTCHMQ_PASSWORD=guest", "HUTCHMQ_DRAIN_TARGET=amqp://"+m.Addr,
		"HUTCHMQ_DRAIN_SOURCE=amqp://"+r.addr, "HUTCHMQ_DRAIN_SOURCE_API="+api)}
	x.print("$ rabbitmqctl export_definitions rabbit.json\n")
	r.control("export_definitions", filepath.Join(x.dir, "rabbit.json"))
	x.run(2, "definitions", "plan", "rabbit.json")
	x.run(0, "definitions", "apply", "rabbit.json")
	x.run(0, "definitions", "plan", "rabbit.json")
	x.run(0, "drain", "--dry-run")
	x.run(0, "drain")

	ch := dialURL(t, "amqp://guest:guest@"+m.Addr+"/shop")
	for queue, want := range map[string]int{"orders": 5000, "refunds": 2000, "dead": 1} {
		if got := bodies(emptied(t, ch, queue)); !slices.Equal(got, numbers(0, want)) {
			t.Errorf("%s: %d messages, want %d", queue, len(got), want)
		}
		if left := emptied(t, old, queue); len(left) > 0 {
			t.Errorf("%s: %d are left in RabbitMQ", queue, len(left))
		}
	}
	r.follow(&x, old, ch)
	killed(&x, old, ch)
	x.run(0, "definitions", "export", "--json", "-o", "back.json")
	x.print("$ rabbitmqctl import_definitions back.json\n")
	r.control("import_definitions", filepath.Join(x.dir, "back.json"))
	publishNumbers(t, ch, "refunds", 0, 5000, amqp.Publishing{})
	x.run(0, "drain", "--source", "amqp://"+m.Addr, "--source-api", m.base, "--target", "amqp://"+r.addr)
	if got := bodies(emptied(t, old, "refunds")); !slices.Equal(got, numbers(0, 5000)) {
		t.Errorf("%d messages came back", len(got))
	}
	fmt.Println(x.text.String())
	if to := os.Getenv("RABBIT_EXPORT"); to != "" {
		text, err := os.ReadFile(filepath.Join(x.dir, "rabbit.json"))
		if err != nil || os.WriteFile(to, text, 0o644) != nil {
			t.Error(to, err)
		}
	}
}

// manage enables the management API of one that does not run yet.
func (r *rabbit) manage() (uri string) {
	r.t.Helper()
	dir, addr := filepath.Dir(r.dir), freeAddr(r.t)
	for name, text := range map[string]string{
		"plugins":   "[rabbitmq_management].\n",
		"none.conf": "management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = " + port(r.t, addr) + "\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			r.t.Fatal(err)
		}
	}
	return "http://" + addr
}

// awaitAPI returns once one lists queues.
func awaitAPI(t *testing.T, api string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		q, _ := http.NewRequest("GET", api+"/api/queues", nil)
		q.SetBasicAuth("guest", "guest")
		answer, err := http.DefaultClient.Do(q)
		if err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("no management API: ", err)
		}
	}
}

// trade has three queues of two types filled, one of them by dead-lettering.
func (r *rabbit) trade(ch *amqp.Channel) {
	r.t.Helper()
	must := func(err error) {
		r.t.Helper()
		if err != nil {
			r.t.Fatal(err)
		}
	}
	must(ch.ExchangeDeclare("trade", "topic", true, false, false, false, nil))
	must(ch.ExchangeDeclare("dlx", "fanout", true, false, false, false, nil))
	declareOn(r.t, ch, amqp.Table{"x-dead-letter-exchange": "dlx"}, "orders")
	declareOn(r.t, ch, amqp.Table{"x-queue-type": "quorum"}, "refunds")
	declareOn(r.t, ch, nil, "dead")
	must(ch.QueueBind("orders", "order.#", "trade", false, nil))
	must(ch.QueueBind("dead", "", "dlx", false, nil))
	publishNumbers(r.t, ch, "orders", 0, 1, amqp.Publishing{MessageId: "m0"})
	d, ok, err := ch.Get("orders", false)
	must(err)
	if !ok {
		r.t.Fatal("orders is empty")
	}
	must(d.Reject(false))
	publishNumbers(r.t, ch, "orders", 0, 5000, traded)
	publishNumbers(r.t, ch, "refunds", 0, 2000, amqp.Publishing{})
}

// traded has every property.
var traded = amqp.Publishing{
	Headers:     amqp.Table{"n": int32(7), "deep": amqp.Table{"list": []any{int64(1), "a", true, 2.5, nil}}},
	ContentType: "text/plain", ContentEncoding: "utf-8", Priority: 3, CorrelationId: "c", ReplyTo: "r", Expiration: "3600000",
	MessageId: "m", Timestamp: time.Unix(1700000000, 0), Type: "t", UserId: "guest", AppId: "a",
}

// follow has a drain go on while RabbitMQ still gets messages, and compares what
// came with what RabbitMQ itself delivers.
func (r *rabbit) follow(x *transcript, old, ch *amqp.Channel) {
	r.t.Helper()
	publishNumbers(r.t, old, "orders", 0, 1, traded)
	want := emptied(r.t, old, "orders")[0]
	x.print("$ hutchmq drain --follow\n")
	c := exec.Command(hutchmq, "drain", "--follow")
	c.Dir, c.Env = x.dir, x.env
	c.Stdout, c.Stderr = &x.text, &x.text
	if err := c.Start(); err != nil {
		r.t.Fatal(err)
	}
	publishNumbers(r.t, old, "orders", 0, 300, traded)
	var got []amqp.Delivery
	for deadline := time.Now().Add(30 * time.Second); len(got) < 300 && time.Now().Before(deadline); {
		got = append(got, emptied(r.t, ch, "orders")...)
	}
	time.Sleep(100 * time.Millisecond) // the last acknowledgement
	c.Process.Signal(os.Interrupt)
	if err := c.Wait(); err != nil || !slices.Equal(bodies(got), numbers(0, 300)) {
		r.t.Fatalf("%v, %d messages", err, len(got))
	}
	facts := func(d amqp.Delivery) string {
		return fmt.Sprint(d.Headers, d.ContentType, d.ContentEncoding, d.DeliveryMode, d.Priority, d.CorrelationId, d.ReplyTo,
			d.Expiration, d.MessageId, d.Timestamp, d.Type, d.UserId, d.AppId, string(d.Body))
	}
	if facts(got[0]) != facts(want) {
		r.t.Errorf("RabbitMQ delivers\n%s\nand this broker\n%s", facts(want), facts(got[0]))
	}
}

// killed has a drain killed in the middle, and another one finish.
func killed(x *transcript, old, ch *amqp.Channel) {
	t, messages := x.t, 20_000
	t.Helper()
	publishNumbers(t, old, "dead", 0, messages, traded)
	c := exec.Command(hutchmq, "drain")
	c.Dir, c.Env = x.dir, x.env
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	for {
		q, err := ch.QueueDeclarePassive("dead", true, false, false, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		if q.Messages > messages/10 {
			break
		}
	}
	c.Process.Kill()
	c.Wait()
	x.print("$ hutchmq drain # and kill -9 in the middle\n")
	x.run(0, "drain")
	there := map[string]bool{}
	list := bodies(emptied(t, ch, "dead"))
	for _, body := range list {
		there[body] = true
	}
	if left := emptied(t, old, "dead"); len(there) != messages || len(left) > 0 {
		t.Errorf("%d of %d messages came, %d are left", len(there), messages, len(left))
	}
	x.print(fmt.Sprintf("# %d messages are at the target, %d of them twice\n", len(list), len(list)-len(there)))
}

// transcript is what was typed and printed.
type transcript struct {
	t    *testing.T
	dir  string
	env  []string
	text strings.Builder
}

func (x *transcript) print(line string) { x.text.WriteString(line) }

// run runs hutchmq, and wants an exit code.
func (x *transcript) run(code int, args ...string) {
	x.t.Helper()
	x.print("$ hutchmq " + strings.Join(args, " ") + "\n")
	c := exec.Command(hutchmq, args...)
	c.Dir, c.Env = x.dir, x.env
	out, _ := c.CombinedOutput()
	x.text.Write(out)
	if got := c.ProcessState.ExitCode(); got != code {
		x.t.Errorf("%v: exit code %d, want %d\n%s", args, got, code, out)
	}
}
