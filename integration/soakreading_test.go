//go:build soak

package integration

import (
	"bufio"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// reading is what the broker held at one moment.
type reading struct {
	minutes                          float64 // since the first
	rssMiB, heapMiB, diskMiB         float64
	goroutines, files                float64
	connections, channels, consumers float64
	queues, messages                 float64
}

// read asks the metrics of the broker, and looks at its disk.
func (s *soak) read() reading {
	s.t.Helper()
	answer, err := http.Get("http://" + s.metrics + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	values := map[string]float64{}
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		name, text, _ := strings.Cut(lines.Text(), " ")
		if value, err := strconv.ParseFloat(text, 64); err == nil {
			values[name] = value
		}
	}
	value := func(name string) float64 {
		v, ok := values[name]
		if !ok {
			s.t.Fatalf("the broker has no metric %s", name)
		}
		return v
	}
	if s.began.IsZero() {
		s.began = time.Now()
	}
	return reading{
		minutes: time.Since(s.began).Minutes(),
		rssMiB:  value("process_resident_memory_bytes") / (1 << 20),
		heapMiB: value("go_memstats_heap_inuse_bytes") / (1 << 20),
		diskMiB: float64(diskUse(s.broker.Dir)) / (1 << 20),

		goroutines: value("go_goroutines"), files: value("process_open_fds"),
		connections: value("rabbitmq_connections"), channels: value("rabbitmq_channels"), consumers: value("rabbitmq_consumers"),
		queues: value("rabbitmq_queues"), messages: value("rabbitmq_queue_messages"),
	}
}

// line is a row of the table.
func (r reading) line() string {
	return fmt.Sprintf("| %5.1f | %5.0f | %5.0f | %5.0f | %5.0f | %5.0f | %5.0f | %5.0f | %5.0f | %7.0f |",
		r.minutes, r.rssMiB, r.heapMiB, r.diskMiB, r.goroutines, r.files, r.connections, r.channels, r.queues, r.messages)
}

// table is the first and last readings, and some of those between.
func table(readings []reading) string {
	var b strings.Builder
	b.WriteString("| min | RSS MiB | heap MiB | disk MiB | goroutines | files | connections | channels | queues | messages |\n" +
		"|---|---|---|---|---|---|---|---|---|---|\n")
	step := max(1, (len(readings)-2)/12)
	for i, r := range readings {
		if i == 0 || i == len(readings)-1 || i%step == 0 {
			b.WriteString(r.line() + "\n")
		}
	}
	return b.String()
}
