package cli

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/hutchmq/hutchmq/ctl/client"
	"github.com/hutchmq/hutchmq/definitions"
)

// API is a broker behind its management API.
type API struct {
	Client *client.Client
	// Waiting is called every second that an answer takes, and with 0 when it
	// is there after all; nil: nobody looks.
	Waiting func(seconds int)
}

// Plan implements Broker.
func (a *API) Plan(ctx context.Context, d *definitions.Definitions, o Options) (*definitions.Plan, error) {
	return a.send(ctx, "plan", d, o)
}

// Apply implements Broker. Of what is in the way the broker says no more than a
// sentence, and is asked for the plan.
func (a *API) Apply(ctx context.Context, d *definitions.Definitions, o Options) (*definitions.Plan, error) {
	p, err := a.send(ctx, "apply", d, o)
	if client.Status(err) == http.StatusConflict {
		return a.Plan(ctx, d, o)
	}
	return p, err
}

// Export implements Broker.
func (a *API) Export(ctx context.Context) (*definitions.Definitions, error) {
	var text json.RawMessage
	if err := a.Client.Get(ctx, client.Path("definitions")+"?everything=true", &text); err != nil {
		return nil, err
	}
	return definitions.Parse("definitions.json", text)
}

// send posts definitions, and reads the plan that is answered.
func (a *API) send(ctx context.Context, what string, d *definitions.Definitions, o Options) (*definitions.Plan, error) {
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
	defer a.wait()()
	p := new(definitions.Plan)
	path := client.Path("x", "definitions", what) + "?" + query.Encode()
	return p, a.Client.Post(ctx, path, json.RawMessage(body), p)
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
