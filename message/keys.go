package message

import "github.com/hutchmq/hutchmq/amqp"

// The headers that hold further routing keys. Those in BCC are nobody's
// business but the broker's.
const (
	ccHeader  = "CC"
	bccHeader = "BCC"
)

// maxKey is the longest routing key, in bytes: that of a shortstr.
const maxKey = 255

// CopyKeys appends to keys the routing keys in the headers CC and BCC, which
// the message is published under as well. Of the arrays only long strings
// count. A message without these headers, the usual one, allocates nothing.
// The error is an *amqp.Error: a header is not an array, or a key is longer
// than any routing key.
func CopyKeys(keys []string, header []byte) ([]string, error) {
	table := amqp.HeadersTable(header)
	if table == nil {
		return keys, nil
	}
	keys, err := appendKeys(keys, table, ccHeader)
	if err != nil {
		return keys, err
	}
	return appendKeys(keys, table, bccHeader)
}

func appendKeys(keys []string, table []byte, name string) ([]string, error) {
	list, _ := amqp.Lookup(table, name)
	return appendItems(keys, name, list)
}

// appendItems appends the keys in list, the header of that name; the zero
// RawValue has none.
func appendItems(keys []string, name string, list amqp.RawValue) ([]string, error) {
	if list.Type == 0 {
		return keys, nil
	}
	if list.Type != 'A' {
		return keys, badHeader(name, list)
	}
	var err error
	amqp.EachItem(list.Bytes, func(v amqp.RawValue) bool {
		if v.Type != 'S' {
			return true
		}
		if len(v.Bytes) > maxKey {
			err = badHeader(name, v)
			return false
		}
		keys = append(keys, string(v.Bytes))
		return true
	})
	return keys, err
}

// WithoutBCC is header without the BCC header, which no consumer may see. All
// other properties keep their bytes. A header without BCC comes back as it is.
func WithoutBCC(header []byte) []byte {
	table := amqp.HeadersTable(header)
	if _, ok := amqp.Lookup(table, bccHeader); !ok {
		return header
	}
	headers, err := amqp.ParseTable(table)
	if err != nil { // not of a header that was checked
		return header
	}
	delete(headers, bccHeader)
	return amqp.ReplaceHeaders(make([]byte, 0, len(header)), header, headers)
}
