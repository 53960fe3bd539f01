package amqp

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// ReplyCode is an AMQP 0-9-1 reply code (spec 1.1, "constants").
type ReplyCode uint16

// Reply codes, by their names in the specification.
const (
	ReplySuccess       ReplyCode = 200
	ContentTooLarge    ReplyCode = 311
	NoRoute            ReplyCode = 312
	NoConsumers        ReplyCode = 313
	ConnectionForced   ReplyCode = 320
	InvalidPath        ReplyCode = 402
	AccessRefused      ReplyCode = 403
	NotFound           ReplyCode = 404
	ResourceLocked     ReplyCode = 405
	PreconditionFailed ReplyCode = 406
	FrameError         ReplyCode = 501
	SyntaxError        ReplyCode = 502
	CommandInvalid     ReplyCode = 503
	ChannelError       ReplyCode = 504
	UnexpectedFrame    ReplyCode = 505
	ResourceError      ReplyCode = 506
	NotAllowed         ReplyCode = 530
	NotImplemented     ReplyCode = 540
	InternalError      ReplyCode = 541
)

var replyNames = map[ReplyCode]string{
	ReplySuccess: "REPLY_SUCCESS", ContentTooLarge: "CONTENT_TOO_LARGE", NoRoute: "NO_ROUTE",
	NoConsumers: "NO_CONSUMERS", ConnectionForced: "CONNECTION_FORCED", InvalidPath: "INVALID_PATH",
	AccessRefused: "ACCESS_REFUSED", NotFound: "NOT_FOUND", ResourceLocked: "RESOURCE_LOCKED",
	PreconditionFailed: "PRECONDITION_FAILED", FrameError: "FRAME_ERROR", SyntaxError: "SYNTAX_ERROR",
	CommandInvalid: "COMMAND_INVALID", ChannelError: "CHANNEL_ERROR", UnexpectedFrame: "UNEXPECTED_FRAME",
	ResourceError: "RESOURCE_ERROR", NotAllowed: "NOT_ALLOWED", NotImplemented: "NOT_IMPLEMENTED",
	InternalError: "INTERNAL_ERROR",
}

// String gives the name RabbitMQ prints in front of a reply text.
func (c ReplyCode) String() string {
	if s, ok := replyNames[c]; ok {
		return s
	}
	return fmt.Sprintf("CODE_%d", uint16(c))
}

// Hard reports whether the code closes the connection, not just the channel
// (spec: hard-error and soft-error).
func (c ReplyCode) Hard() bool {
	switch c {
	case ContentTooLarge, NoRoute, NoConsumers, AccessRefused, NotFound, ResourceLocked, PreconditionFailed:
		return false
	}
	return true
}

// Error is an AMQP exception: the value returned is what goes on the wire.
type Error struct {
	Code   ReplyCode
	Hard   bool     // closes the connection; else only the channel
	Reason string   // the explanation, without the code's name
	Method MethodID // the offending method; 0 when there is none
}

// Error implements error with the reply text.
func (e *Error) Error() string { return e.Text() }

// Text is the reply text: "NOT_FOUND - no queue 'q' in vhost '/'", made valid
// UTF-8 and cut to 255 bytes at a character boundary.
func (e *Error) Text() string {
	s := e.Code.String()
	if e.Reason != "" {
		s += " - " + strings.ToValidUTF8(e.Reason, "\uFFFD")
	}
	if len(s) <= maxShortstr {
		return s
	}
	end := maxShortstr
	for !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end]
}

// Problem is one row of the table of everything that can go wrong: the
// situation, its scope, code and wording. Wordings are RabbitMQ's, since
// clients read them.
type Problem struct {
	Row  string // the row in docs/PROTOCOL.md
	Code ReplyCode
	Text string // a format
	hard bool   // closes the connection although the code is soft (login refused)
}

// Hard reports whether p closes the connection, not just the channel.
func (p *Problem) Hard() bool { return p.hard || p.Code.Hard() }

// New makes the error of p with the values of its text.
func (p *Problem) New(args ...any) *Error {
	return &Error{Code: p.Code, Hard: p.Hard(), Reason: fmt.Sprintf(p.Text, args...)}
}

// Is reports whether err was made from p: same code and scope, whatever the
// values in the text.
func (p *Problem) Is(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == p.Code && e.Hard == p.Hard()
}
