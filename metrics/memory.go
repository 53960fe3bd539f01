package metrics

import "runtime/metrics"

// memoryNow is where the memory went, in bytes.
type memoryNow struct {
	bodies, index       int64  // of messages: bodies, and what queues have beside them
	objects, stacks     uint64 // on the heap, everything; of goroutines
	unused, free, other uint64
}

var memoryClasses = [...]string{
	"/memory/classes/heap/objects:bytes", "/memory/classes/heap/stacks:bytes", "/memory/classes/heap/unused:bytes",
	"/memory/classes/heap/free:bytes", "/memory/classes/metadata/mcache/free:bytes", "/memory/classes/metadata/mcache/inuse:bytes",
	"/memory/classes/metadata/mspan/free:bytes", "/memory/classes/metadata/mspan/inuse:bytes", "/memory/classes/metadata/other:bytes",
	"/memory/classes/os-stacks:bytes", "/memory/classes/other:bytes", "/memory/classes/profiling/buckets:bytes",
}

func findMemory(s *snapshot) (n memoryNow) {
	var samples [len(memoryClasses)]metrics.Sample
	for i, name := range memoryClasses {
		samples[i].Name = name
	}
	metrics.Read(samples[:])
	bytes := func(i int) uint64 { return samples[i].Value.Uint64() }
	n.objects, n.stacks, n.unused, n.free = bytes(0), bytes(1), bytes(2), bytes(3)
	for i := 4; i < len(samples); i++ {
		n.other += bytes(i)
	}
	queues := s.allQueues()
	for i := range queues {
		n.bodies += queues[i].ResidentBodyBytes + queues[i].UnackedBytes
		n.index += max(queues[i].MemoryBytes-queues[i].ResidentBodyBytes, 0)
	}
	return n
}

// rest is what is on the heap beside messages.
func (n *memoryNow) rest() float64 {
	return max(float64(n.objects)-float64(n.bodies)-float64(n.index), 0)
}

type memoryMetric = metric[memoryNow]

// memoryTables are the pots of RabbitMQ's that mean something here; together
// they are what Go has from the system.
var memoryTables = []table{scalars("", findMemory,
	memoryMetric{"memory_binary_heap_bytes", gauge, "Binary heap size in bytes: bodies of messages",
		func(n *memoryNow) float64 { return float64(n.bodies) }},
	memoryMetric{"memory_message_index_bytes", gauge, "Message index footprint in bytes: queues, without bodies",
		func(n *memoryNow) float64 { return float64(n.index) }},
	memoryMetric{"memory_other_erlang_process_bytes", gauge, "Other processes footprint in bytes: the rest of the heap",
		(*memoryNow).rest},
	memoryMetric{"memory_client_connection_other_bytes", gauge,
		"Client connection other processes footprint in bytes: stacks of goroutines",
		func(n *memoryNow) float64 { return float64(n.stacks) }},
	memoryMetric{"memory_other_system_bytes", gauge, "Other runtime footprint in bytes",
		func(n *memoryNow) float64 { return float64(n.other) }},
	memoryMetric{"memory_runtime_allocated_unused_bytes", gauge, "Runtime allocated but unused blocks size in bytes",
		func(n *memoryNow) float64 { return float64(n.unused) }},
	memoryMetric{"memory_runtime_reserved_unallocated_bytes", gauge, "Runtime reserved but unallocated blocks size in bytes",
		func(n *memoryNow) float64 { return float64(n.free) }},
)}
