package broker

import (
	"encoding/json"
	"strings"
	"time"
)

// Choice is which entries of the audit log are wanted; what is zero does not
// matter.
type Choice struct {
	Before         uint64 // an id: only older ones
	User, Vhost    string
	Action         string // or what it begins with: "queue."
	Name           string // a part of it
	Via            string
	FromMs, TillMs int64 // Unix milliseconds
	Refused        bool  // only what was not done
	Most           int
}

// Entries lists the audit log, the newest first. Everything that was done
// before is in it.
func (b *Broker) Entries(c Choice) (list []*Entry, err error) {
	b.audit.catchUp()
	oldest := uint64(time.Now().Add(-maxEntryAge).UnixMicro())
	var failed error
	err = b.store.Scan([]byte(entryPrefix), func(key, value []byte) bool {
		id, ok := entryID(key)
		if !ok || c.Before > 0 && id >= c.Before {
			return true
		}
		if len(list) >= c.Most || id < oldest {
			return false
		}
		e := &Entry{}
		if failed = json.Unmarshal(value, e); failed != nil {
			return false
		}
		if c.takes(e) {
			list = append(list, e)
		}
		return c.FromMs == 0 || e.AtMs >= c.FromMs
	})
	if failed != nil {
		return nil, failed
	}
	return list, err
}

// takes reports whether e is one of the wanted.
func (c *Choice) takes(e *Entry) bool {
	switch {
	case c.User != "" && e.User != c.User,
		c.Vhost != "" && e.Vhost != c.Vhost,
		c.Via != "" && e.Via != c.Via,
		c.Action != "" && !strings.HasPrefix(e.Action, c.Action),
		c.Name != "" && !strings.Contains(strings.ToLower(e.Name), strings.ToLower(c.Name)),
		c.FromMs > 0 && e.AtMs < c.FromMs,
		c.TillMs > 0 && e.AtMs > c.TillMs,
		c.Refused && e.Result == ResultOK:
		return false
	}
	return true
}

// catchUp waits until what was noted is written.
func (a *audit) catchUp() {
	told := make(chan struct{})
	select {
	case a.flush <- told:
		<-told
	case <-a.quit:
	}
}
