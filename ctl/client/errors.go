package client

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// What goes wrong before there is an answer; each is wrapped with the details.
var (
	ErrURI         = errors.New("the URI is not valid")
	ErrUnreachable = errors.New("cannot reach the broker")
	ErrTimeout     = errors.New("timed out")
)

// Error is an answer that refuses, in the words of the API.
type Error struct {
	Status       int
	Kind, Reason string
	Body         json.RawMessage // what was answered, if it was JSON

	user string
}

// Error says it in one line, for people.
func (e *Error) Error() string {
	switch {
	case e.Status == http.StatusUnauthorized && (e.Kind == "not_authorized" || e.Reason == ""):
		return fmt.Sprintf("the user '%s' or its password is wrong: see --username and --password", e.user)
	case e.Kind == "Object Not Found":
		return "there is no such thing"
	}
	reason := strings.TrimSpace(strings.ReplaceAll(e.Reason, "\n\n", ": "))
	return cmp.Or(reason, e.Kind, strings.ToLower(http.StatusText(e.Status)), "refused")
}

// NotFound reports whether err says that something is not there.
func NotFound(err error) bool { return Status(err) == http.StatusNotFound }

// Status is the status that err was answered with, 0 if it was not answered.
func Status(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}

// maxRefusalBytes bounds the answer that explains a refusal.
const maxRefusalBytes = 1 << 20

// refusal reads what was refused, and why.
func (c *Client) refusal(answer *http.Response, in io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(in, maxRefusalBytes))
	if err != nil {
		return c.trouble(err)
	}
	e := &Error{Status: answer.StatusCode, user: c.user}
	if !json.Valid(text) {
		return e
	}
	var said struct{ Error, Reason any }
	if json.Unmarshal(text, &said) == nil {
		e.Kind, e.Reason = words(said.Error), words(said.Reason)
	}
	e.Body = text
	return e
}

// words is a text, or what RabbitMQ has in its place now and then.
func words(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// trouble says in words why there is no answer.
func (c *Client) trouble(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: no answer from %s", ErrTimeout, c.where)
	}
	if inside, ok := errors.AsType[*url.Error](err); ok {
		err = inside.Err
	}
	return fmt.Errorf("%w at %s: %w", ErrUnreachable, c.where, err)
}
