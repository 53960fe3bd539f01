package integration

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// TestMonitoring has a real Prometheus scrape a broker with clients, and asks
// it what people would: how long a queue is, and all that the dashboards and
// alert rules in docs/monitoring ask.
func TestMonitoring(t *testing.T) {
	metrics := freeAddr(t)
	a := newAuthority(t)
	a.sign("server", "broker", time.Hour)
	b := Start(t, hutchmq, "--metrics="+metrics, "--amqps="+freeAddr(t),
		"HUTCHMQ_TLS_CERT="+a.file("server.crt"), "HUTCHMQ_TLS_KEY="+a.file("server.key"))
	p := startPrometheus(t, metrics)
	keepBusy(t, b)
	p.await(`rabbitmq_detailed_queue_messages_ready{queue="waiting"}`, 20*time.Second, func(v []float64) bool {
		return slices.Equal(v, []float64{1000})
	})
	checkPages(t, metrics)
	for _, file := range []string{"overview.json", "queues.json"} {
		for title, exprs := range expressions(t, file) {
			for _, expr := range exprs {
				t.Logf("%s: %s", title, expr)
				p.await(expr, 10*time.Second, some)
			}
		}
	}
	for _, expr := range joins {
		p.await(expr, 10*time.Second, some)
	}
	checkRules(t, p)
}

// joins is how dashboards and rules made for RabbitMQ ask: all is joined with
// who was scraped.
var joins = []string{
	`sum(rabbitmq_queue_messages_ready * on(instance, job) group_left(rabbitmq_cluster, rabbitmq_node)
		rabbitmq_identity_info{rabbitmq_cluster=~".+"}) by(rabbitmq_node)`,
	`sum(rate(rabbitmq_global_messages_received_total[10s]) * on(instance, job) group_left(rabbitmq_cluster)
		rabbitmq_identity_info{rabbitmq_cluster=~".+", rabbitmq_endpoint="aggregated"})`,
	`rabbitmq_erlang_uptime_seconds * on(instance, job) group_left(rabbitmq_cluster) rabbitmq_identity_info > 0`,
	`rabbitmq_build_info{rabbitmq_version="4.3.6", erlang_version=~".+"} * on(instance, job)
		group_left(rabbitmq_cluster) rabbitmq_identity_info`,
	`sum(increase(rabbitmq_message_size_bytes_bucket[10s]) * on(instance, job) group_left(rabbitmq_cluster)
		rabbitmq_identity_info) by(le)`,
	`max by(rabbitmq_cluster) (max_over_time(rabbitmq_alarms_memory_used_watermark[5m])
		* on(instance) group_left(rabbitmq_cluster, rabbitmq_node) rabbitmq_identity_info)`,
	`max by(rabbitmq_cluster) (rabbitmq_alarms_file_descriptor_limit * on(instance) group_left(rabbitmq_cluster) rabbitmq_identity_info)`,
	`sum by(rabbitmq_cluster) (increase(rabbitmq_channel_messages_unroutable_dropped_total[10s])
		* on(instance) group_left(rabbitmq_cluster) rabbitmq_identity_info) >= 1`,
	`avg_over_time(rabbitmq_detailed_queue_messages[10s])
		* on(instance) group_left(rabbitmq_cluster) max by(instance, rabbitmq_cluster) (rabbitmq_identity_info)`,
	`(rabbitmq_detailed_queue_consumers * on(instance) group_left(rabbitmq_cluster)
		max by(instance, rabbitmq_cluster) (rabbitmq_identity_info)) == 0`,
}

// keepBusy has clients do all that is counted, until the test ends.
func keepBusy(t *testing.T, b *Broker) {
	ch, err := reach(b.URL())
	if err != nil {
		t.Fatal(err)
	}
	declare := func(name string, args amqp.Table) {
		if _, err := ch.QueueDeclare(name, true, false, false, false, args); err != nil {
			t.Fatal(err)
		}
	}
	declare("waiting", nil)
	declare("orders.dead", nil)
	declare("orders", amqp.Table{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "orders.dead"})
	for range 1000 {
		if err := ch.Publish("", "waiting", false, false, amqp.Publishing{Timestamp: time.Now(), Body: []byte("hello")}); err != nil {
			t.Fatal(err)
		}
	}
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	deliveries, err := ch.Consume("orders", "", false, false, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			ch.Publish("", "orders", false, false, amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte("order")})
			ch.Publish("", "nowhere", false, false, amqp.Publishing{})
			ch.Get("orders.dead", true)
			time.Sleep(2 * time.Millisecond)
		}
	})
	wg.Go(func() {
		for d := range deliveries {
			if d.DeliveryTag%5 == 0 {
				d.Reject(false)
			} else {
				d.Ack(false)
			}
		}
	})
	t.Cleanup(func() {
		stop()
		ch.conn.Close()
		wg.Wait()
	})
}

// checkPages looks at the pages themselves: with the tool that comes with
// Prometheus, and with the list of what is promised.
func checkPages(t *testing.T, metrics string) {
	f, err := os.Open("../metrics/testdata/promised.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pages := map[string]string{}
	for s := bufio.NewScanner(f); s.Scan(); {
		w := strings.Fields(s.Text())
		if w[0] == "#" {
			continue
		}
		page, ok := pages[w[0]]
		if !ok {
			page = fetch(t, "http://"+metrics+w[0])
			pages[w[0]] = page
			check := exec.Command("promtool", "check", "metrics")
			check.Stdin = strings.NewReader(page)
			if out, err := check.CombinedOutput(); err != nil {
				t.Errorf("promtool check metrics of %s: %v: %s", w[0], err, out)
			}
		}
		checkLabels(t, w[0], page, w[1], w[3])
	}
}

// checkLabels looks for a sample with these labels, more at the end allowed.
func checkLabels(t *testing.T, path, page, name, labels string) {
	if labels == "?" {
		return
	}
	pattern := "[ {]"
	if labels != "-" {
		pattern = `\{` + strings.ReplaceAll(labels, ",", `="[^"]*",`) + `="[^"]*"[,}]`
	}
	if !regexp.MustCompile(`(?m)^` + name + `(_bucket)?` + pattern).MatchString(page) {
		t.Errorf("%s: no %s with labels %s", path, name, labels)
	}
}

func fetch(t *testing.T, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", url, r.Status, err)
	}
	return string(text)
}

// expressions are those of a dashboard, by panel, with the variables filled in.
func expressions(t *testing.T, file string) map[string][]string {
	raw, err := os.ReadFile(monitoring + file)
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(raw, &dashboard); err != nil || len(dashboard.Panels) == 0 {
		t.Fatalf("%s: %d panels, %v", file, len(dashboard.Panels), err)
	}
	all := map[string][]string{}
	fill := strings.NewReplacer("$instance", ".*", "$vhost", ".*", "$queue", ".*", "$__rate_interval", "10s")
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			all[p.Title] = append(all[p.Title], fill.Replace(target.Expr))
		}
	}
	return all
}

// metricName is a name as it stands in an expression.
var metricName = regexp.MustCompile(`\b(rabbitmq|hutchmq)_[a-z0-9_]+|\bup\b`)

// checkRules has Prometheus tell that it can work out every rule, and looks
// for every name in them.
func checkRules(t *testing.T, p *prometheus) {
	var data struct {
		Groups []struct {
			Rules []struct{ Name, Query, Health, LastError string }
		}
	}
	if err := p.get("/api/v1/rules", url.Values{}, &data); err != nil {
		t.Fatal(err)
	}
	rules := 0
	for _, g := range data.Groups {
		for _, r := range g.Rules {
			rules++
			if r.Health != "ok" {
				t.Errorf("%s is %s: %s", r.Name, r.Health, r.LastError)
			}
			for _, name := range metricName.FindAllString(r.Query, -1) {
				p.await(name, 5*time.Second, some)
			}
		}
	}
	if rules < 10 {
		t.Errorf("Prometheus has %d rules", rules)
	}
	test := exec.Command("promtool", "test", "rules", "alerts_test.yml")
	test.Dir = monitoring
	if out, err := test.CombinedOutput(); err != nil {
		t.Errorf("promtool test rules: %v: %s", err, out)
	}
}
