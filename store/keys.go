package store

import "encoding/binary"

// The keys in Badger:
//
//	'r' | key                    a record: Get, Scan, Commit
//	's' | log u64 | page u64     what a page holds, without the entries
//	'p' | log u64 | page u64     the entries of a page
//	'c' | piece u32              a commit too large for one transaction
//
// Numbers are big-endian, so that they sort.
const (
	recordPrefix  = 'r'
	summaryPrefix = 's'
	pagePrefix    = 'p'
	promisePrefix = 'c'
	pageKeyBytes  = 17
)

func recordKey(key []byte) []byte { return append([]byte{recordPrefix}, key...) }

func pageKey(prefix byte, log, page uint64) []byte {
	k := append(make([]byte, 0, pageKeyBytes), prefix)
	k = binary.BigEndian.AppendUint64(k, log)
	return binary.BigEndian.AppendUint64(k, page)
}

func parsePageKey(k []byte) (log, page uint64, ok bool) {
	if len(k) != pageKeyBytes {
		return 0, 0, false
	}
	return binary.BigEndian.Uint64(k[1:]), binary.BigEndian.Uint64(k[9:]), true
}

func promiseKey(piece int) []byte {
	return binary.BigEndian.AppendUint32([]byte{promisePrefix}, uint32(piece))
}
