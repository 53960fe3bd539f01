package amqp

// The table of problems, in the order of docs/PROTOCOL.md. A resource is
// printed with QueueIn or ExchangeIn.
var (
	Inequivalent         = row("E1", PreconditionFailed, "inequivalent arg '%s' for %s: received '%s' but current is '%s'")
	InequivalentReceived = row("E3", PreconditionFailed, "inequivalent arg '%s' for %s: received the value '%s' of type '%s' but current is none")
	InequivalentCurrent  = row("E3", PreconditionFailed, "inequivalent arg '%s' for %s: received none but current is the value '%s' of type '%s'")
	Locked               = row("E7", ResourceLocked, "cannot obtain exclusive access to locked %s. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.")
	NoQueue              = row("E8", NotFound, "no %s")
	NoExchange           = row("E9", NotFound, "no %s")
	NoPreviousQueue      = row("E10", NotFound, "no previously declared queue")
	UnknownDeliveryTag   = row("E12", PreconditionFailed, "unknown delivery tag %d")
	QueueInUse           = row("E14", PreconditionFailed, "%s in use")
	QueueNotEmpty        = row("E14", PreconditionFailed, "%s not empty")
	ExchangeInUse        = row("E15", PreconditionFailed, "%s in use")
	ExclusiveUse         = row("E16", AccessRefused, "%s in exclusive use")
	SingleActiveGet      = row("E17", ResourceLocked, "cannot obtain access to locked %s. basic.get operations are not supported by classic queues with single active consumer")
	ReusedConsumerTag    = row("E18", NotAllowed, "attempt to reuse consumer tag '%s'")
	TooManyConsumers     = row("E19", NotAllowed, "reached maximum (%d) of consumers per channel")
	NoPermission         = row("E20", AccessRefused, "%s access to %s refused for user '%s'")
	NoTopicPermission    = row("E21", AccessRefused, "%s access to topic '%s' in %s refused for user '%s'")
	DefaultExchange      = row("E22", AccessRefused, "operation not permitted on the default exchange")
	ReservedName         = row("E23", AccessRefused, "%s name '%s' contains reserved prefix 'amq.*'")
	SystemExchange       = row("E24", AccessRefused, "deletion of system %s not allowed")
	InternalExchange     = row("E25", AccessRefused, "cannot publish to internal %s")
	UnknownExchangeType  = row("E26", PreconditionFailed, "unknown exchange type '%s'")
	NoDelayedType        = row("E26", PreconditionFailed, "Invalid argument, 'x-delayed-type' must be an existing exchange type")
	DelayedInDelayed     = row("E26", PreconditionFailed, "Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'")
	InvalidExpiration    = row("E27", PreconditionFailed, "invalid expiration '%s': %s")
	UserIDMismatch       = row("E28", PreconditionFailed, "user_id property set to '%s' but authenticated user was '%s'")
	MessageTooLarge      = row("E29", PreconditionFailed, "message size %d is larger than configured max size %d")
	BodyTooLarge         = row("E30", FrameError, "content body size %d exceeds maximum allowed size %d")
	InvalidArg           = row("E31", PreconditionFailed, "invalid arg '%s' for %s: %s")
	ArgNotForType        = row("E32", PreconditionFailed, "invalid arg '%s' for %s of queue type %s")
	InvalidProperty      = row("E33", PreconditionFailed, "invalid property '%s' for %s")
	ServerNamedType      = row("E34", PreconditionFailed, "Cannot declare a server-named queue for type %s")
	InvalidArgType       = row("E35", PreconditionFailed, "invalid type '%s' for arg '%s' in %s")
	InvalidMatch         = row("E36", PreconditionFailed, "Invalid x-match field value <<\"%s\">>; expected all, any, all-with-x, or any-with-x")
	InvalidMatchType     = row("E36", PreconditionFailed, "Invalid x-match field type %s (value %s); expected longstr")
	InvalidHeaderType    = row("E37", PreconditionFailed, "invalid message: {unacceptable_type_in_header,<<\"%s\">>,%s}")
	InvalidHeaderValue   = row("E37", PreconditionFailed, "invalid message: {unacceptable_value_in_header,<<\"%s\">>,%d}")
	TxToConfirm          = row("E38", PreconditionFailed, "cannot switch from tx to confirm mode")
	ConfirmToTx          = row("E38", PreconditionFailed, "cannot switch from confirm to tx mode")
	NotTransactional     = row("E39", PreconditionFailed, "channel is not transactional")
	TxFailed             = row("E39", PreconditionFailed, "partial tx completion")
	DeliveryTimeout      = row("E40", PreconditionFailed, "delivery acknowledgement on channel %d timed out. Timeout value used: %d ms. This timeout value can be configured, see consumers doc guide to learn more")
	NoReplyConsumer      = row("E41", PreconditionFailed, "fast reply consumer does not exist")
	ReplyConsumerAck     = row("E42", PreconditionFailed, "reply consumer cannot acknowledge")
	ReplyConsumerSet     = row("E42", PreconditionFailed, "reply consumer already set")
	BindVolatile         = row("E43", AccessRefused, "cannot bind or unbind to a volatile (direct reply-to) queue")
	TooManyVhostQueues   = row("E44", PreconditionFailed, "cannot declare queue '%s': queue limit in vhost '%s' (%d) is reached")
	TooManyQueues        = row("E44", PreconditionFailed, "cannot declare queue '%s': queue limit in cluster (%d) is reached")
	TooManyExchanges     = row("E44", PreconditionFailed, "cannot declare %s: exchange limit of %d is reached")
	Immediate            = row("E47", NotImplemented, "immediate=true")
	PrefetchSize         = row("E48", NotImplemented, "prefetch_size!=0 (%d)")
	FlowInactive         = row("E49", NotImplemented, "active=false")
	RecoverNoRequeue     = row("E50", NotImplemented, "requeue=false")
	ChannelNotOpen       = row("E51", ChannelError, "expected 'channel.open'")
	ChannelAlreadyOpen   = row("E52", ChannelError, "second 'channel.open' seen")
	TooManyChannels      = row("E53", NotAllowed, "number of channels opened (%d) has reached the negotiated channel_max (%d)")
	NoVhost              = row("E54", NotAllowed, "vhost %s not found")
	NoVhostAccess        = row("E55", NotAllowed, "access to vhost '%s' refused for user '%s'")
	TooManyConnections   = row("E56", NotAllowed, "connection refused: node connection limit (%d) is reached")
	TooManyInVhost       = row("E56", NotAllowed, "access to vhost '%s' refused for user '%s': connection limit (%d) is reached")
	TooManyOfUser        = row("E56", NotAllowed, "connection refused for user '%s': user connection limit (%d) is reached")
	TooManyUserChannels  = row("E57", NotAllowed, "number of channels opened for user '%s' has reached the maximum allowed user limit of %d")
	TuneTooLow           = row("E58", NotAllowed, "negotiated %s = %d is lower than the minimum allowed value (%d)")
	TuneTooHigh          = row("E58", NotAllowed, "negotiated %s = %d is higher than the maximum allowed value (%d)")
	LoginRefused         = hardRow("E59", AccessRefused, "Login was refused using authentication mechanism %s. For details see the broker logfile.")
	UnknownMechanism     = row("E61", CommandInvalid, "unknown authentication mechanism '%s'")
	MalformedResponse    = row("E62", SyntaxError, "response %s invalid")
	UnknownMethod        = row("E63", CommandInvalid, "unimplemented method")
	ExpectedMethod       = row("E64", UnexpectedFrame, "expected method frame, got non method frame instead")
	ExpectedHeader       = row("E64", UnexpectedFrame, "expected content header for class %d, got non content header frame instead")
	ExpectedHeaderClass  = row("E64", UnexpectedFrame, "expected content header for class %d, got one for class %d instead")
	ExpectedBody         = row("E64", UnexpectedFrame, "expected content body, got non content body frame instead")
	BadFrame             = row("E65", FrameError, "type %d, %s octets = %s: %s")
	TooMuchBody          = row("E66", FrameError, "content body frame exceeds remaining content size")
	Closing              = row("E68", ConnectionForced, "%s")
	Shutdown             = row("E68", ConnectionForced, "broker forced connection closure with reason 'shutdown'")
	QuorumConditionalDel = row("E70", NotImplemented, "cannot delete %s. queue.delete operations with %s flag set are not supported by quorum queues")
	SecretRefused        = row("E71", NotAllowed, "New secret was refused by one of the backends")
	ProtectedQueue       = row("E72", ResourceLocked, "Cannot delete protected %s.")

	Malformed          = row("X1", SyntaxError, "malformed %s")
	MalformedUTF8      = row("X2", FrameError, "Malformed UTF-8 in shortstr")
	TooMany            = row("X3", ResourceError, "%s limit of %d is reached")
	UnknownType        = row("X4", PreconditionFailed, "invalid arg 'x-queue-type' for %s: queue type '%s' is not available")
	ChannelZero        = row("X6", ChannelError, "channel 0 is the connection's own")
	InvalidConsumerArg = row("X7", PreconditionFailed, "invalid arg '%s' of basic.consume: {unacceptable_type,%s}")
	EarlyFrame         = row("X8", UnexpectedFrame, "frame of channel %d before the connection is open")
	StorageFailure     = row("X5", InternalError, "storage failure: %s")

	HashBoth             = row("X9", PreconditionFailed, "hash-header and hash-property are mutually exclusive")
	HashProperty         = row("X9", PreconditionFailed, "Unsupported property: %s")
	WeightNoInteger      = row("X10", PreconditionFailed, "The binding key must be an integer: %s")
	WeightTooSmall       = row("X10", PreconditionFailed, "The binding key must be greater than 0")
	InvalidHistoryLength = row("X11", PreconditionFailed, "Invalid argument %s, 'x-recent-history-length' must be a positive integer")
	InvalidExchangeArg   = row("X12", PreconditionFailed, "invalid arg '%s' of exchange.declare: {unacceptable_type,%s}")
	CacheSize            = row("X13", PreconditionFailed, "Missing or invalid argument, 'x-cache-size' must be an integer greater than 0 and at most %d")
	CacheTTL             = row("X13", PreconditionFailed, "Invalid argument, 'x-cache-ttl' must be an integer greater than 0")
	CachePersistence     = row("X13", PreconditionFailed, "Invalid argument, 'x-cache-persistence' must be either 'disk' or 'memory'")
	FencedProducer       = row("X14", PreconditionFailed, "producer '%s' of epoch %d is fenced: epoch %d has begun")
	NoLease              = row("X20", PreconditionFailed, "delivery %d is not on lease")
	InvalidLease         = row("X20", PreconditionFailed, "invalid delivery tag '%s' of a lease")
)

// Problems is every row of the table, for the tests that walk it.
var Problems []*Problem

func row(id string, code ReplyCode, text string) *Problem {
	p := &Problem{Row: id, Code: code, Text: text}
	Problems = append(Problems, p)
	return p
}

func hardRow(id string, code ReplyCode, text string) *Problem {
	p := row(id, code, text)
	p.hard = true
	return p
}

// QueueIn prints a queue as RabbitMQ does: queue 'q' in vhost '/'.
func QueueIn(name, vhost string) string { return "queue '" + name + "' in vhost '" + vhost + "'" }

// ExchangeIn prints an exchange as RabbitMQ does.
func ExchangeIn(name, vhost string) string { return "exchange '" + name + "' in vhost '" + vhost + "'" }
