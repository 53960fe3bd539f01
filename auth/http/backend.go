// Package authhttp asks a web service who may log in and what they may do, in
// the words of RabbitMQ's rabbitmq_auth_backend_http. It knows nothing of what
// the service goes by.
package authhttp

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hutchmq/hutchmq/auth"
)

// Options say where the service is.
type Options struct {
	// The URL of each question. Only User is needed: for those that are left
	// out the answer is no.
	User, Vhost, Resource, Topic string

	Post   bool         // send a form, and not a query
	Client *http.Client // has a timeout, and follows no redirects
	Log    *slog.Logger
}

// maxAnswerBytes bounds what the service answers.
const maxAnswerBytes = 16 << 10

// Backend asks a service. It is an auth.Backend, an auth.Voucher and an
// auth.Authority.
type Backend struct{ o Options }

// New checks o, and asks nobody.
func New(o Options) (*Backend, error) {
	if o.User == "" {
		return nil, errors.New("a user_path is needed: the URL that tells who may log in")
	}
	for _, text := range []string{o.User, o.Vhost, o.Resource, o.Topic} {
		u, err := url.Parse(text)
		if err != nil {
			return nil, err
		}
		if text != "" && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
			return nil, fmt.Errorf("'%s' is no URL of http or https", text)
		}
	}
	return &Backend{o}, nil
}

// Authenticate implements auth.Backend.
func (b *Backend) Authenticate(user, password string) (*auth.User, error) {
	return b.login(user, url.Values{"username": {user}, "password": {password}})
}

// Known implements auth.Voucher: the service is asked without a password.
func (b *Backend) Known(name string) (*auth.User, error) {
	return b.login(name, url.Values{"username": {name}})
}

func (b *Backend) login(user string, question url.Values) (*auth.User, error) {
	answer, err := b.ask(b.o.User, question)
	if err != nil {
		b.o.Log.Warn("cannot ask the authentication service", "error", err)
		return nil, err
	}
	words := strings.Fields(answer)
	if len(words) == 0 || words[0] != "allow" {
		return nil, fmt.Errorf("%w: the service refuses user '%s'", auth.ErrRefused, user)
	}
	return &auth.User{Name: user, Tags: words[1:], Authority: b}, nil
}

// Reachable implements auth.Authority.
func (b *Backend) Reachable(u *auth.User, vhost string) bool {
	q := of(u, vhost)
	q.Set("ip", u.PeerHost)
	return b.allows(b.o.Vhost, q)
}

// Allowed implements auth.Authority.
func (b *Backend) Allowed(u *auth.User, r auth.Right, on auth.Resource) bool {
	q := of(u, on.Vhost)
	q.Set("resource", on.Kind)
	q.Set("name", on.Name)
	q.Set("permission", r.String())
	return b.allows(b.o.Resource, q)
}

// AllowedTopic implements auth.Authority.
func (b *Backend) AllowedTopic(u *auth.User, r auth.Right, vhost, exchange, key string) bool {
	q := of(u, vhost)
	q.Set("resource", "topic")
	q.Set("name", exchange)
	q.Set("permission", r.String())
	q.Set("routing_key", key)
	q.Set("variable_map.username", u.Name)
	q.Set("variable_map.vhost", vhost)
	return b.allows(b.o.Topic, q)
}

func of(u *auth.User, vhost string) url.Values {
	return url.Values{"username": {u.Name}, "vhost": {vhost}, "tags": {strings.Join(u.Tags, " ")}}
}

// allows asks a question of yes or no; no answer is a no.
func (b *Backend) allows(at string, question url.Values) bool {
	if at == "" {
		return false
	}
	answer, err := b.ask(at, question)
	if err != nil {
		b.o.Log.Warn("cannot ask the authorization service", "error", err)
		return false
	}
	first, _, _ := strings.Cut(strings.TrimSpace(answer), " ")
	return first == "allow"
}

// ask is the answer of the service. An error does not repeat the question,
// which may hold a password.
func (b *Backend) ask(at string, question url.Values) (string, error) {
	r, err := b.request(at, question)
	if err != nil {
		return "", err
	}
	began := time.Now()
	a, err := b.o.Client.Do(r)
	if err != nil {
		var e *url.Error
		if errors.As(err, &e) {
			err = e.Err // without the URL
		}
		return "", fmt.Errorf("%s: %w, after %v", at, err, time.Since(began).Round(time.Millisecond))
	}
	defer a.Body.Close()
	text, err := io.ReadAll(io.LimitReader(a.Body, maxAnswerBytes+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", at, err)
	case len(text) > maxAnswerBytes:
		return "", fmt.Errorf("%s answers more than %d bytes", at, maxAnswerBytes)
	case a.StatusCode != http.StatusOK && a.StatusCode != http.StatusCreated:
		return "", fmt.Errorf("%s answers %s", at, a.Status)
	}
	return strings.ToLower(string(text)), nil
}

func (b *Backend) request(at string, question url.Values) (*http.Request, error) {
	if b.o.Post {
		r, err := http.NewRequest(http.MethodPost, at, strings.NewReader(question.Encode()))
		if err == nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		return r, err
	}
	join := "?"
	if strings.Contains(at, "?") {
		join = "&"
	}
	return http.NewRequest(http.MethodGet, at+join+question.Encode(), nil)
}
