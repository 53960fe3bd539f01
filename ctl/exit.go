package ctl

import (
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/hutchmq/hutchmq/ctl/client"
)

// Exit codes are those of sysexits.h, as RabbitMQ's tools use them.
const (
	exitFailure     = 1
	exitUsage       = 64 // what was typed makes no sense
	exitData        = 65 // it names something that is not there, or is not valid
	exitNoUser      = 67 // it names a user that is not there
	exitNoHost      = 68 // it names a host or node that is not there
	exitUnavailable = 69 // the broker cannot be reached, or a check has failed
	exitSoftware    = 70 // the broker refused or failed
	exitTimeout     = 75 // the broker did not answer in time
	exitNoPermit    = 77 // the user may not, or is not who it says
)

// Exits says what each exit code means, for the reference.
var exits = []struct {
	code int
	says string
}{
	{0, "done"},
	{exitFailure, "something else failed, such as writing a file"},
	{exitUsage, "what was typed makes no sense: an unknown verb, option or column, or too few arguments"},
	{exitData, "a name or value is not valid, or names something that is not there"},
	{exitNoUser, "the user is not there"},
	{exitNoHost, "the host or node is not there"},
	{exitUnavailable, "the broker cannot be reached, or a check has failed"},
	{exitSoftware, "the broker refused or failed, or the verb has no meaning for it"},
	{exitTimeout, "the broker did not answer in time"},
	{exitNoPermit, "the user or its password is wrong, or it may not"},
}

// failure is an error with an exit code.
type failure struct {
	code int
	text string
}

// Error implements error.
func (f failure) Error() string { return f.text }

// ExitCode is what the process should end with.
func (f failure) ExitCode() int { return f.code }

func fail(code int, format string, args ...any) error {
	return failure{code, fmt.Sprintf(format, args...)}
}

// ExitCode is the exit code of an error that Run returned; 0 for nil.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	if f, ok := errors.AsType[failure](err); ok {
		return f.code
	}
	return exitFailure
}

// classify gives an error its exit code.
func classify(err error) error {
	if err == nil {
		return nil
	}
	if _, done := errors.AsType[failure](err); done {
		return err
	}
	_, noHost := errors.AsType[*net.DNSError](err)
	switch {
	case errors.Is(err, client.ErrURI):
		return failure{exitUsage, err.Error()}
	case noHost:
		return failure{exitNoHost, err.Error()}
	case errors.Is(err, client.ErrUnreachable):
		return failure{exitUnavailable, err.Error()}
	case errors.Is(err, client.ErrTimeout):
		return failure{exitTimeout, err.Error()}
	case client.Status(err) != 0:
		return failure{statusCode(client.Status(err)), err.Error()}
	}
	return failure{exitFailure, err.Error()}
}

// statusCode is the exit code for an answer that refused.
func statusCode(status int) int {
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return exitNoPermit
	case http.StatusBadRequest, http.StatusNotFound:
		return exitData
	case http.StatusServiceUnavailable:
		return exitUnavailable
	}
	return exitSoftware
}
