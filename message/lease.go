package message

import "github.com/hutchmq/hutchmq/amqp"

// leaseHeader is how long a lease is extended, in milliseconds.
const leaseHeader = "x-lease-timeout"

// LeaseMs is for how long a message with this content header, which was checked
// before, asks to extend a lease; 0: it does not say. The error is an
// *amqp.Error.
func LeaseMs(header []byte) (int64, error) {
	v, ok := amqp.Lookup(amqp.HeadersTable(header), leaseHeader)
	if !ok {
		return 0, nil
	}
	ms, err := number(leaseHeader, v)
	if err == nil && (ms < 1 || ms > maxExpirationMs) {
		return 0, amqp.InvalidHeaderValue.New(leaseHeader, ms)
	}
	return ms, err
}
