package integration

import (
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
	b.ReportMetric(float64(broker.RSS()>>20), "backlog-MiB")
	b.StopTimer()

	broker.Stop()
	began := time.Now()
	broker.Restart()
	b.ReportMetric(float64(time.Since(began).Milliseconds()), "restart-ms")
	b.ReportMetric(float64(broker.RSS()>>20), "restarted-MiB")

	consumer := dialLean(b, broker)
	consumer.call(methodID{60, 10}, long(0), short(1000), []byte{0})
	began = time.Now()
	consumer.call(methodID{60, 20}, short(0), shortstr("bench"), shortstr("c"), []byte{0}, long(0))
	consumer.drain(b.N, true)
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "drained/s")
	b.ReportMetric(float64(broker.RSS()>>20), "drained-MiB")
}

// A consumer without prefetch, that acknowledges only when it has everything:
// the broker's memory must not hold what it holds.
//
//	go test -run '^$' -bench Unacked -benchtime 500000x ./integration
func BenchmarkUnacked(b *testing.B) {
	broker := Start(b, hutchmq)
	publisher := dialLean(b, broker)
	publisher.call(methodID{50, 10}, short(0), shortstr("bench"), []byte{1 << 1}, long(0))
	publisher.call(methodID{85, 10}, []byte{0})
	publisher.publish(b.N, 1<<10, true)
	consumer := dialLean(b, broker)
	b.ResetTimer()
	consumer.call(methodID{60, 20}, short(0), shortstr("bench"), shortstr("c"), []byte{0}, long(0))
	consumer.drain(b.N, false)
	b.ReportMetric(float64(broker.RSS()>>20), "unacked-MiB")
	consumer.Close()

	consumer = dialLean(b, broker)
	consumer.call(methodID{60, 20}, short(0), shortstr("bench"), shortstr("c"), []byte{0}, long(0))
	consumer.drain(b.N, true)
	b.ReportMetric(float64(broker.RSS()>>20), "redelivered-MiB")
}
