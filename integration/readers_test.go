package integration

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// kedaQueue is what KEDA's scaler reads of a queue.
type kedaQueue struct {
	Name    string `json:"name"`
	All     int    `json:"messages"`
	Ready   int    `json:"messages_ready"`
	Unacked int    `json:"messages_unacknowledged"`
	Stats   struct {
		Publish struct {
			Rate float64 `json:"rate"`
		} `json:"publish_details"`
		DeliverGet struct {
			Rate float64 `json:"rate"`
		} `json:"deliver_get_details"`
	} `json:"message_stats"`
}

// TestKEDA asks as KEDA's scaler does: for one queue, and for those whose names
// match.
func TestKEDA(t *testing.T) {
	m := startManaged(t)
	f := m.load()
	m.burst(f, 20)
	var q kedaQueue
	deadline := time.Now().Add(5 * time.Second)
	for q.Stats.Publish.Rate == 0 {
		if time.Now().After(deadline) {
			t.Fatalf("no rate after 5 s: %+v", q)
		}
		time.Sleep(50 * time.Millisecond)
		m.get("/api/queues/%2F/idle", &q)
	}
	if q.Name != "idle" || q.All != q.Ready+q.Unacked || q.Stats.DeliverGet.Rate == 0 {
		t.Errorf("got %+v", q)
	}
	var page struct {
		Queues []kedaQueue `json:"items"`
		Pages  int         `json:"page_count"`
	}
	m.get("/api/queues/%2F?page=1&use_regex=true&pagination=false&name=%5Eorders.%2A&page_size=100", &page)
	if page.Pages != 1 || len(page.Queues) != 1 || page.Queues[0].Name != "orders.eu" || page.Queues[0].Stats.Publish.Rate == 0 {
		t.Errorf("got %+v", page)
	}
	status, body, err := m.try("/api/queues/%2F/none")
	if err != nil || status != http.StatusNotFound || !json.Valid(body) {
		t.Errorf("a queue that is not there: %d %s %v", status, body, err)
	}
}

// TestRatesArePolledQuickly: a load that never stops never has a rate of 0,
// however often one looks.
func TestRatesArePolledQuickly(t *testing.T) {
	m := startManaged(t)
	f := m.load()
	stop := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				m.burst(f, 1)
			}
		}
	}()
	defer func() {
		close(stop)
		<-ended
	}()
	time.Sleep(1500 * time.Millisecond)
	for range 20 {
		var q kedaQueue
		m.get("/api/queues/%2F/orders.eu", &q)
		var overview struct {
			Stats struct {
				Publish struct {
					Rate float64 `json:"rate"`
				} `json:"publish_details"`
			} `json:"message_stats"`
		}
		m.get("/api/overview", &overview)
		if q.Stats.Publish.Rate <= 0 || q.Stats.DeliverGet.Rate <= 0 || overview.Stats.Publish.Rate <= 0 {
			t.Fatalf("a rate is zero: %+v %+v", q, overview)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// readers are the keys, dotted, that tools read of our answers. Of a list the
// first item counts.
var readers = []struct{ tool, path, keys string }{
	{"Telegraf", "/api/overview", "message_stats.ack message_stats.ack_details.rate message_stats.deliver message_stats.deliver_get " +
		"message_stats.publish message_stats.redeliver message_stats.return_unroutable object_totals.channels object_totals.connections " +
		"object_totals.consumers object_totals.exchanges object_totals.queues queue_totals.messages queue_totals.messages_ready " +
		"queue_totals.messages_unacknowledged listeners.protocol"},
	{"Telegraf", "/api/nodes", "name disk_free disk_free_details.rate disk_free_limit disk_free_alarm fd_total fd_used fd_used_details.rate " +
		"mem_limit mem_used mem_used_details.rate mem_alarm proc_total proc_used proc_used_details.rate run_queue sockets_total " +
		"sockets_used sockets_used_details.rate uptime running mnesia_disk_tx_count mnesia_disk_tx_count_details.rate " +
		"mnesia_ram_tx_count mnesia_ram_tx_count_details.rate gc_num gc_num_details.rate gc_bytes_reclaimed " +
		"gc_bytes_reclaimed_details.rate io_read_avg_time io_read_avg_time_details.rate io_read_bytes io_read_bytes_details.rate " +
		"io_write_avg_time io_write_avg_time_details.rate io_write_bytes io_write_bytes_details.rate"},
	{"Telegraf", "/api/nodes/{node}/memory", "memory.connection_readers memory.connection_writers memory.connection_channels " +
		"memory.connection_other memory.queue_procs memory.queue_slave_procs memory.plugins memory.other_proc memory.metrics " +
		"memory.mgmt_db memory.mnesia memory.other_ets memory.binary memory.msg_index memory.code memory.atom memory.other_system " +
		"memory.allocated_unused memory.reserved_unallocated memory.total.rss"},
	{"Telegraf", "/api/queues", "name node vhost durable auto_delete consumers consumer_utilisation memory messages messages_ready " +
		"messages_unacknowledged message_bytes message_bytes_ready message_bytes_unacknowledged message_bytes_ram " +
		"message_bytes_persistent messages_details.rate messages_ready_details.rate messages_unacknowledged_details.rate " +
		"message_stats.ack message_stats.deliver message_stats.deliver_get message_stats.publish message_stats.redeliver"},
	{"Telegraf", "/api/exchanges?sort=message_stats.publish_in&sort_reverse=true", "name type internal vhost durable auto_delete message_stats.publish_in " +
		"message_stats.publish_in_details.rate message_stats.publish_out message_stats.publish_out_details.rate"},
	{"Nagios", "/api/aliveness-test/%2F", "status"},
	{"Nagios", "/api/nodes/{node}", "mem_used mem_limit proc_used proc_total fd_used fd_total sockets_used sockets_total partitions " +
		"mem_alarm disk_free_alarm running"},
	{"Nagios", "/api/overview", "queue_totals.messages queue_totals.messages_ready queue_totals.messages_unacknowledged"},
	{"Nagios", "/api/queues/%2F/orders.eu", "messages messages_ready messages_unacknowledged consumers"},
	{"Nagios", "/api/connections", "name state recv_oct_details.rate send_oct_details.rate"},
	{"Nagios", "/api/channels", "name state"},
	{"Nagios", "/api/bindings", "source destination"},
	{"rabbitmqadmin", "/api/consumers", "consumer_tag queue.name channel_details.name ack_required prefetch_count"},
	{"exporter", "/api/nodes?sort=", "name running mem_used fd_used partitions"},
	{"exporter", "/api/connections?sort=", "vhost node user peer_host state channels recv_oct recv_cnt send_oct send_cnt send_pend"},
}

// bert is what kbudde's exporter asks for: Erlang's format, or JSON.
const bert = "application/bert, application/json;q=0.1"

// TestReaders: every key is there that monitoring tools read, whatever they
// accept; what nothing here does has empty lists.
func TestReaders(t *testing.T) {
	m := startManaged(t)
	f := m.load()
	m.burst(f, 5)
	time.Sleep(1200 * time.Millisecond)
	for _, reader := range readers {
		for _, accept := range []string{"*/*", bert} {
			var body any
			m.get(m.fill(reader.path), &body, "Accept", accept)
			for key := range strings.FieldsSeq(reader.keys) {
				if v := at(body, key); v == nil {
					t.Errorf("%s: %s has no %s", reader.tool, reader.path, key)
				}
			}
		}
	}
	for _, path := range []string{"/api/shovels", "/api/federation-links", "/api/federation-links/%2F"} {
		var list []any
		if m.get(path, &list, "Accept", bert); len(list) != 0 {
			t.Errorf("%s: %v", path, list)
		}
	}
}

// at is the value at a dotted key.
func at(v any, key string) any {
	for part := range strings.SplitSeq(key, ".") {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		object, _ := v.(map[string]any)
		v = object[part]
	}
	return v
}
