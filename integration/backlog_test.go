package integration

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// A backlog of b.N persistent messages of 1 KiB: how fast it is published and
// confirmed, what memory the broker takes, how long a restart is, and how fast
// it drains.
//
//	go test -run '^$' -bench Backlog -benchtime 1000000x ./integration
func BenchmarkBacklog(b *testing.B) {
	broker := Start(b, hutchmq)
	publisher := dialLean(b, broker)
	publisher.call(methodID{50, 10}, short(0), shortstr("bench"), []byte{1 << 1}, long(0))
	publisher.call(methodID{85, 10}, []byte{0})
	b.ResetTimer()
	publisher.publish(b.N, 1<<10, true)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "published/s")
	b.ReportMetric(memoryOf(b, broker), "backlog-MB")
	b.StopTimer()

	broker.Stop()
	began := time.Now()
	broker.Restart()
	b.ReportMetric(float64(time.Since(began).Milliseconds()), "restart-ms")
	b.ReportMetric(memoryOf(b, broker), "restarted-MB")

	consumer := dialLean(b, broker)
	consumer.call(methodID{60, 10}, long(0), short(1000), []byte{0})
	began = time.Now()
	consumer.call(methodID{60, 20}, short(0), shortstr("bench"), shortstr("c"), []byte{0}, long(0))
	consumer.drain(b.N, true)
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "drained/s")
	b.ReportMetric(memoryOf(b, broker), "drained-MB")
}

// memoryOf is the broker's resident memory in MB.
func memoryOf(b testing.TB, broker *Broker) float64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", broker.process.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(text), "VmRSS:")
	var kib float64
	fmt.Sscan(after, &kib)
	return kib / 1024
}
