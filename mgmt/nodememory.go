package mgmt

import (
	"net/http"
	"runtime/metrics"
)

// memoryParts are what RabbitMQ divides its memory into. Most of them are not
// told apart here, and 0; what all of it is used for is in the others.
var memoryParts = []string{
	"connection_readers", "connection_writers", "connection_channels", "connection_other", "queue_procs",
	"queue_slave_procs", "quorum_queue_procs", "quorum_queue_dlx_procs", "quorum_ets", "stream_queue_procs",
	"stream_queue_replica_reader_procs", "stream_queue_coordinator_procs", "plugins", "metadata_store",
	"metadata_store_ets", "other_proc", "metrics", "mgmt_db", "mnesia", "other_ets", "binary", "msg_index", "code",
	"atom", "other_system", "allocated_unused", "reserved_unallocated",
}

// runtimeMemory are what Go tells of its memory, in bytes.
type runtimeMemory struct{ objects, unused, free, stacks, total, released uint64 }

func readMemory() runtimeMemory {
	s := [...]metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"},
		{Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"},
		{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
	}
	metrics.Read(s[:])
	var v [len(s)]uint64
	for i := range s {
		v[i] = s[i].Value.Uint64()
	}
	return runtimeMemory{v[0], v[1], v[2], v[3], v[4], v[5]}
}

// breakdown is where the memory is, in bytes: messages in queue_procs, other
// objects in other_proc, stacks in connection_other, what is kept for more in
// allocated_unused, and the rest in other_system.
func (a *API) breakdown() object {
	o := object{}
	for _, part := range memoryParts {
		o[part] = uint64(0)
	}
	m, inQueues := readMemory(), a.bytesInQueues()
	allocated := m.total - m.released
	inQueues = min(inQueues, m.objects)
	o["queue_procs"], o["other_proc"] = inQueues, m.objects-inQueues
	o["connection_other"], o["allocated_unused"] = m.stacks, m.unused+m.free
	o["other_system"] = allocated - min(allocated, m.objects+m.stacks+m.unused+m.free)
	o["strategy"] = "rss"
	o["total"] = object{
		"erlang": allocated - min(allocated, m.unused+m.free), "rss": a.broker.Usage().MemoryUsed, "allocated": allocated,
	}
	return o
}

// bytesInQueues is how much memory messages take.
func (a *API) bytesInQueues() (n uint64) {
	for _, v := range a.broker.Vhosts() {
		for _, q := range v.Queues() {
			n += uint64(max(q.Stat().ResidentBytes, 0))
		}
	}
	return n
}

func (a *API) nodeMemory(w http.ResponseWriter, r *http.Request) {
	if a.hasNode(w, r) {
		answerOne(w, r, object{"memory": a.breakdown()})
	}
}

// relativeMemory answers percentages of what is allocated.
func (a *API) relativeMemory(w http.ResponseWriter, r *http.Request) {
	if !a.hasNode(w, r) {
		return
	}
	o, shares := a.breakdown(), object{}
	total := o["total"].(object)
	for _, part := range memoryParts {
		shares[part] = percent(o[part].(uint64), total["allocated"].(uint64))
	}
	shares["total"] = 100
	answerOne(w, r, object{"memory": shares})
}

// percent is how much n is of total, rounded.
func percent(n, total uint64) uint64 { return (n*100 + total/2) / max(total, 1) }
