// Package client asks the management API of a broker: over the socket in its
// data directory, or over TCP. It knows no verb and no terminal, and nothing of
// what the answers mean.
package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Where the API is and who asks, unless somebody says otherwise.
const (
	DefaultURI      = "http://127.0.0.1:15672"
	DefaultUser     = "guest"
	DefaultPassword = "guest"
)

// DefaultTimeout is how long a request may take, its answer included.
const DefaultTimeout = time.Minute

// Options say where the API is and who asks.
type Options struct {
	// URI is http://host:port, https://host:port or unix:/path/of/the.sock,
	// the first two with user:password@ if need be and with the path before
	// /api. Empty is the socket, if there is one, or else DefaultURI.
	URI string
	// Socket is where the socket would be; empty: nowhere.
	Socket string
	// User and Password go before those in URI. Nobody needs them on a socket.
	User, Password string
	// Ask asks a person for the password of a user that has none here. nil:
	// nobody can be asked.
	Ask func(user string) (string, error)
	// CA is a PEM file with authorities that are trusted beside those of the
	// system; empty: no others.
	CA string
	// Timeout bounds each request; 0 is DefaultTimeout, and less is no bound.
	Timeout time.Duration
}

// Client asks one broker. Its methods may be called concurrently.
type Client struct {
	http           *http.Client
	base           string // before /api
	where          string // for people
	user, password string // empty user: the socket tells who asks
}

// New makes a client. It does not connect yet.
func New(o Options) (*Client, error) {
	p, err := o.place()
	if err != nil {
		return nil, err
	}
	c := &Client{base: p.base, where: p.where, user: cmp.Or(o.User, p.user), password: cmp.Or(o.Password, p.password)}
	switch {
	case c.user == "" && p.socket == "":
		c.user, c.password = DefaultUser, cmp.Or(c.password, DefaultPassword)
	case c.user != "" && c.password == "" && o.Ask != nil:
		if c.password, err = o.Ask(c.user); err != nil {
			return nil, err
		}
	}
	trusted, err := trust(o.CA)
	if err != nil {
		return nil, err
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, DialContext: p.dial(), TLSClientConfig: trusted, MaxIdleConnsPerHost: 4,
		},
		Timeout: max(0, cmp.Or(o.Timeout, DefaultTimeout)),
		// A redirect would take the password elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Where is the broker's address in words.
func (c *Client) Where() string { return c.where }

// As is c with another user.
func (c *Client) As(user, password string) *Client {
	other := *c
	other.user, other.password = user, password
	return &other
}

// Path joins parts to a path below /api, each of them escaped: Path("queues",
// "/", "a/b") is /api/queues/%2F/a%2Fb.
func Path(parts ...string) string {
	var b strings.Builder
	b.WriteString("/api")
	for _, p := range parts {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(p))
	}
	return b.String()
}

// Get decodes the answer for a path, which may have a query, into the value
// that into points at; nil takes any answer.
func (c *Client) Get(ctx context.Context, path string, into any) error {
	return c.Do(ctx, http.MethodGet, path, nil, into)
}

// Put sends body as JSON; nil is an empty object.
func (c *Client) Put(ctx context.Context, path string, body any) error {
	return c.Do(ctx, http.MethodPut, path, orObject(body), nil)
}

// Post sends body as JSON, and decodes the answer into what into points at,
// unless that is nil.
func (c *Client) Post(ctx context.Context, path string, body, into any) error {
	return c.Do(ctx, http.MethodPost, path, orObject(body), into)
}

// Delete deletes what is at path.
func (c *Client) Delete(ctx context.Context, path string) error {
	return c.Do(ctx, http.MethodDelete, path, nil, nil)
}

func orObject(body any) any {
	if body == nil {
		return struct{}{}
	}
	return body
}

// maxAnswerBytes bounds an answer: the definitions of a big broker are some
// tens of megabytes.
const maxAnswerBytes = 1 << 30

// Do sends a request, with body as JSON unless it is nil, and header in pairs.
// What the API refuses is an *Error; when nobody answers, the error is
// ErrUnreachable or ErrTimeout.
func (c *Client) Do(ctx context.Context, method, path string, body, into any, header ...string) error {
	answer, err := c.send(ctx, method, path, body, header)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	in := io.LimitReader(answer.Body, maxAnswerBytes)
	if answer.StatusCode >= http.StatusMultipleChoices {
		return c.refusal(answer, in)
	}
	if into == nil {
		_, err = io.Copy(io.Discard, in)
		return c.trouble(err)
	}
	err = json.NewDecoder(in).Decode(into)
	if _, syntax := errors.AsType[*json.SyntaxError](err); syntax || errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: %s does not answer as a management API does", ErrUnreachable, c.where)
	}
	return c.trouble(err)
}

// Open gives what a path answers as it comes; the caller closes it. The client's
// time bounds all of it.
func (c *Client) Open(ctx context.Context, path string) (io.ReadCloser, error) {
	answer, err := c.send(ctx, http.MethodGet, path, nil, nil)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		defer answer.Body.Close()
		return nil, c.refusal(answer, io.LimitReader(answer.Body, maxAnswerBytes))
	}
	return answer.Body, nil
}

func (c *Client) send(ctx context.Context, method, path string, body any, header []string) (*http.Response, error) {
	var text io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		text = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, text)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if c.user != "" {
		r.SetBasicAuth(c.user, c.password)
	}
	answer, err := c.http.Do(r)
	return answer, c.trouble(err)
}
