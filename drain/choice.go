package drain

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"

	"github.com/hutchmq/hutchmq/ctl/client"
)

// Queue is a queue at the source.
type Queue struct {
	Vhost string `json:"vhost"`
	Name  string `json:"name"`
}

// String implements fmt.Stringer.
func (q Queue) String() string { return fmt.Sprintf("queue '%s' in '%s'", q.Name, q.Vhost) }

// filled is a queue that holds messages.
type filled struct {
	Queue
	messages uint64
}

// Choice says which queues are meant.
type Choice struct {
	Vhosts  []string       // none: all that the API lists
	Names   []string       // none: all
	Pattern *regexp.Regexp // of names; nil: any
}

// listed is a queue in the words of the management API.
type listed struct {
	Queue
	Type      string `json:"type"`
	Exclusive bool   `json:"exclusive"`
}

// kindStream is the type of queues from which nobody takes anything away.
const kindStream = "stream"

// includes reports whether q is meant. An exclusive queue is its connection's,
// and goes with it.
func (c *Choice) includes(q listed) bool {
	return !q.Exclusive &&
		(len(c.Vhosts) == 0 || slices.Contains(c.Vhosts, q.Vhost)) &&
		(len(c.Names) == 0 || slices.Contains(c.Names, q.Name)) &&
		(c.Pattern == nil || c.Pattern.MatchString(q.Name))
}

// queues lists those that are meant.
func (d *drain) queues(ctx context.Context) (list []Queue, err error) {
	if d.API == nil {
		for _, vhost := range d.Choice.Vhosts {
			for _, name := range d.Choice.Names {
				list = append(list, Queue{vhost, name})
			}
		}
		return list, nil
	}
	query := url.Values{"columns": {"vhost,name,type,exclusive"}}
	err = d.API.List(ctx, client.Path("queues"), query, func(row json.RawMessage) error {
		var q listed
		if err := json.Unmarshal(row, &q); err != nil {
			return err
		}
		switch {
		case !d.Choice.includes(q):
		case q.Type == kindStream:
			d.leave(q.Queue, "it is a stream, which nobody takes anything out of")
		default:
			list = append(list, q.Queue)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w%w", ErrLost, err)
	}
	return list, nil
}
