package amqp

import "encoding/binary"

// HeadersTable is the content of the headers table, aliasing header, a content
// header's payload that was checked before; nil when there is none.
func HeadersTable(header []byte) []byte { return Property(header, HasHeaders) }

// Property is the value of one property, aliasing header, a content header's
// payload that was checked before: the bytes of a string, of a number, or of the
// headers table; nil when it is not there.
func Property(header []byte, flag PropertyFlags) []byte {
	l, _ := propertiesOf(header)
	for l.flags >= flag {
		f, raw, ok := l.next()
		switch {
		case !ok:
			return nil
		case f != flag:
		case f == HasHeaders:
			return raw[4:]
		case f == HasDeliveryMode, f == HasPriority, f == HasTimestamp:
			return raw
		default:
			return raw[1:]
		}
	}
	return nil
}

// ReplaceHeaders appends header, a content header's payload that was checked
// before, with its headers table replaced by headers, or without one when
// headers is nil. All other bytes stay as they were.
func ReplaceHeaders(dst, header []byte, headers Table) []byte {
	return rewrite(dst, header, tableOf(headers), HasHeaders)
}

// ReplaceHeadersNoExpiration is ReplaceHeaders that also leaves the expiration
// out: a dead-lettered message must not expire again.
func ReplaceHeadersNoExpiration(dst, header []byte, headers Table) []byte {
	return rewrite(dst, header, tableOf(headers), HasHeaders|HasExpiration)
}

// SetHeader appends header, a content header's payload that was checked
// before, with the field key of its headers table set to the int64 n, behind
// all others. All other bytes stay as they were.
func SetHeader(dst, header []byte, key string, n int64) []byte {
	return setHeader(dst, header, key, binary.BigEndian.AppendUint64([]byte{'l'}, uint64(n)))
}

// SetHeader32 is SetHeader for an int32: some clients take a negative int64 for
// a huge number.
func SetHeader32(dst, header []byte, key string, n int32) []byte {
	return setHeader(dst, header, key, binary.BigEndian.AppendUint32([]byte{'I'}, uint32(n)))
}

func setHeader(dst, header []byte, key string, value []byte) []byte {
	return rewrite(dst, header, func(dst []byte) []byte {
		return appendWith(dst, HeadersTable(header), key, value)
	}, HasHeaders)
}

// appendWith appends the table of these fields, behind its length, with key
// set to value, which is encoded.
func appendWith(dst, fields []byte, key string, value []byte) []byte {
	at := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	for len(fields) > 0 {
		k, _, rest, ok := nextField(fields)
		if !ok {
			break
		}
		if string(k) != key {
			dst = append(dst, fields[:len(fields)-len(rest)]...)
		}
		fields = rest
	}
	dst = append(appendShortstr(dst, key), value...)
	binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
	return dst
}

// tableOf appends headers; nil when they are.
func tableOf(headers Table) func(dst []byte) []byte {
	if headers == nil {
		return nil
	}
	return func(dst []byte) []byte { return AppendTable(dst, headers) }
}

// rewrite appends header without the properties in drop, and with the headers
// table that headers appends, unless that is nil.
func rewrite(dst, header []byte, headers func(dst []byte) []byte, drop PropertyFlags) []byte {
	at := len(dst)
	l, ok := propertiesOf(header)
	if !ok {
		return append(dst, header...)
	}
	flags := l.flags &^ drop
	if headers != nil {
		flags |= HasHeaders
	}
	dst = binary.BigEndian.AppendUint16(append(dst, header[:atFlags]...), uint16(flags))
	for l.flags != 0 {
		if headers != nil && l.flags < HasHeaders<<1 {
			dst, headers = headers(dst), nil
		}
		flag, raw, ok := l.next()
		if !ok {
			return append(dst[:at], header...)
		}
		if flag&drop == 0 {
			dst = append(dst, raw...)
		}
	}
	if headers != nil {
		dst = headers(dst)
	}
	return dst
}
