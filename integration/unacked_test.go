package integration

import "testing"

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
