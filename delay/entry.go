package delay

// note is something held for others, as an entry of the log.
type note []byte

// AppendMeta implements store.Item.
func (n note) AppendMeta(dst []byte) []byte { return append(dst, n...) }

// Payload implements store.Item.
func (note) Payload() []byte { return nil }

// fresh is what came and is not in the index yet.
type fresh struct {
	item
	came          int64 // Unix milliseconds
	bytes         int   // of the body
	exchange, key string
	transient     bool
	gone          bool // for good, and so nothing for the index
}

// gone is what is out of the log for good, and perhaps still in the index.
type gone struct {
	item
	stale     bool // it was gone when it was looked for: what follows is not known
	exchange  string
	bytes     int
	transient bool
}

// parting is what left the log in one unit. Once the entry sign is on disk,
// which is a part of that unit too, so is all that left.
type parting struct {
	sign uint64
	list []gone
}
