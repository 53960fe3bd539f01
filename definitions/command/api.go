package command

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hutchmq/hutchmq/definitions"
)

// maxAnswerBytes bounds what an API answers.
const maxAnswerBytes = 1 << 30

// API is a broker behind its management API.
type API struct {
	URI            string // http://host:port, and a path before /api if there is one
	User, Password string
	// Waiting is called every second that an answer takes, and with 0 when it
	// is there after all; nil: nobody looks.
	Waiting func(seconds int)
}

// Plan implements Broker.
func (a *API) Plan(ctx context.Context, d *definitions.Definitions, o Options) (*definitions.Plan, error) {
	return a.send(ctx, "/api/x/definitions/plan", d, o)
}

// Apply implements Broker.
func (a *API) Apply(ctx context.Context, d *definitions.Definitions, o Options) (*definitions.Plan, error) {
	return a.send(ctx, "/api/x/definitions/apply", d, o)
}

// Export implements Broker.
func (a *API) Export(ctx context.Context) (*definitions.Definitions, error) {
	text, status, err := a.do(ctx, http.MethodGet, "/api/definitions", nil)
	if err == nil && status != http.StatusOK {
		err = refusal(status, text)
	}
	if err != nil {
		return nil, err
	}
	return definitions.Parse("definitions.json", text)
}

// send posts definitions, and reads the plan that is answered.
func (a *API) send(ctx context.Context, path string, d *definitions.Definitions, o Options) (*definitions.Plan, error) {
	body, err := d.JSON()
	if err != nil {
		return nil, err
	}
	query := url.Values{}
	for key, on := range map[string]bool{"prune": o.Prune, "replace": o.Replace, "discard_messages": o.Discard} {
		if on {
			query.Set(key, "true")
		}
	}
	text, status, err := a.do(ctx, http.MethodPost, path+"?"+query.Encode(), body)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK && status != http.StatusConflict {
		return nil, refusal(status, text)
	}
	var p definitions.Plan
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("%s does not answer as the API of a broker does: %w", a.URI, err)
	}
	return &p, nil
}

// refusal is what an API says is wrong.
func refusal(status int, text []byte) error {
	var said struct{ Error, Reason string }
	if json.Unmarshal(text, &said) == nil && said.Reason != "" {
		return fmt.Errorf("the broker refuses: %s (%d)", said.Reason, status)
	}
	return fmt.Errorf("the broker answers %d", status)
}

func (a *API) do(ctx context.Context, method, path string, body []byte) (text []byte, status int, err error) {
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(a.URI, "/")+path, bytes.NewReader(body))
	if err != nil {
		return nil, 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(a.User, a.Password)
	defer a.wait()()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, 0, err
	}
	defer answer.Body.Close()
	text, err = io.ReadAll(io.LimitReader(answer.Body, maxAnswerBytes))
	return text, answer.StatusCode, err
}

// wait tells how long it takes until it is told to stop.
func (a *API) wait() (stop func()) {
	if a.Waiting == nil {
		return func() {}
	}
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for seconds := 1; ; seconds++ {
			select {
			case <-tick.C:
				a.Waiting(seconds)
			case <-done:
				if seconds > 1 {
					a.Waiting(0)
				}
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}
