package integration

import (
	"fmt"
	"os"
	"slices"
	"testing"
)

// TestCelery runs what every application does against a broker by its own
// name, against one that calls itself RabbitMQ, which makes Celery count its
// prefetch otherwise, and with a quorum queue.
func TestCelery(t *testing.T) {
	t.Parallel()
	rabbit := "HUTCHMQ_ADVERTISE_PRODUCT=RabbitMQ"
	for _, x := range []struct {
		name      string
		broker    []string
		queueType string
		clients   []string
	}{
		{"HutchMQ", nil, "", []string{"basics.py", "control.py", "backlog.py"}},
		{"RabbitMQ", []string{rabbit}, "", []string{"basics.py", "backlog.py"}},
		{"quorum queue", []string{rabbit}, "quorum", []string{"basics.py"}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			b := Start(t, hutchmq, x.broker...)
			c := newCelery(t, b, map[string]any{}, "CELERY_QUEUE_TYPE="+x.queueType)
			w := c.worker(2)
			for _, name := range x.clients {
				c.client(name)
			}
			w.stop()
			b.Stop()
		})
	}
}

// TestCeleryPriorities: of the tasks that wait, those of a higher priority run
// first, and those of the same priority in the order they were sent. One
// process, so that there is one order.
func TestCeleryPriorities(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	c := newCelery(t, b, map[string]any{
		"task_queue_max_priority": 10, "task_default_priority": 3, "worker_prefetch_multiplier": 1,
	})
	const unsaid, each = 3, 4
	var tasks []task
	for i := range each {
		for _, priority := range []int{0, 5, 10, unsaid, 9, 1} {
			x := task{name: "app.note", args: []any{fmt.Sprintf("%d %d", priority, i)}}
			if priority != unsaid {
				x.options = map[string]any{"priority": priority}
			}
			tasks = append(tasks, x)
		}
	}
	var want []string
	for _, priority := range []int{10, 9, 5, unsaid, 1, 0} {
		for i := range each {
			want = append(want, fmt.Sprintf("%d %d", priority, i))
		}
	}
	c.send(tasks...)
	c.worker(1)
	if got := c.awaitNotes("", len(want)); !slices.Equal(got, want) {
		t.Errorf("ran %q, want %q", got, want)
	}
}

// TestCeleryWorkerKilled: what a worker was in the middle of goes to another
// when it is acknowledged late.
func TestCeleryWorkerKilled(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	c := newCelery(t, b, map[string]any{"task_acks_late": true, "task_reject_on_worker_lost": true})
	c.send(task{"app.wait", []any{"one"}, nil}, task{"app.wait", []any{"two"}, nil}, task{"app.wait", []any{"three"}, nil})
	first := c.worker(2)
	c.awaitNotes("begin ", 2)
	first.kill()
	second := c.worker(2)
	begun := c.awaitNotes("begin ", 4)
	want := []string{"one again", "two again", "one first", "two first"}
	for _, x := range want {
		if !slices.Contains(begun, x) {
			t.Errorf("%q did not begin: %q", x, begun)
		}
	}
	c.openGate()
	ended := c.awaitNotes("end ", 3)
	slices.Sort(ended)
	if !slices.Equal(ended, []string{"one", "three", "two"}) {
		t.Errorf("ended: %q", ended)
	}
	second.stop()
	wantMessages(t, dial(t, b), "celery", 0)
}

// TestCeleryBrokerRestarted: a worker survives its broker, and runs what was
// sent before. What it held comes again.
func TestCeleryBrokerRestarted(t *testing.T) {
	t.Parallel()
	b := Start(t, hutchmq)
	c := newCelery(t, b, map[string]any{"broker_transport_options": map[string]any{"confirm_publish": true}})
	w := c.worker(2)
	for round, end := range []func(){b.Stop, b.Kill} {
		var tasks []task
		for i := range 20 {
			tasks = append(tasks, task{"app.wait", []any{fmt.Sprint(round, ".", i)}, nil})
		}
		c.send(tasks...)
		c.awaitNotes(fmt.Sprint("begin ", round, "."), 2)
		end()
		b.Restart()
		c.openGate()
		await(t, "end of all tasks", func() bool {
			ended := c.awaitNotes(fmt.Sprint("end ", round, "."), len(tasks))
			slices.Sort(ended)
			return len(slices.Compact(ended)) == len(tasks)
		})
		if err := os.Remove(c.notes + ".gate"); err != nil {
			t.Fatal(err)
		}
	}
	w.stop()
	wantMessages(t, dial(t, b), "celery", 0)
}
