package definitions

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/hutchmq/hutchmq/spelling"
)

// Check looks at what several files say together: what is described twice, and
// what is named and not there. What only a broker can know about is Outside.
// Doubts of the files themselves are in what comes back.
func Check(docs []*Document) Problems {
	c := crossing{first: map[string]described{}, exchanges: map[string][]string{}, queues: map[string][]string{}}
	for _, d := range docs {
		c.found = append(c.found, d.Doubts...)
		for _, r := range d.Records() {
			c.describe(d, r)
		}
	}
	for _, d := range docs {
		for _, r := range d.Records() {
			c.refer(d, r)
		}
	}
	c.doubt(docs)
	return c.found
}

// doubt looks for what can be applied, and is hardly meant.
func (c *crossing) doubt(docs []*Document) {
	policies, dead := unmatched{crossing: c}, newCircles(c)
	for _, d := range docs {
		for _, r := range d.Records() {
			policies.look(d, r)
			if q, ok := r.(*Queue); ok {
				dead.look(q)
			}
		}
	}
}

// described is a record and the file it is in.
type described struct {
	d *Document
	r Record
}

type crossing struct {
	first     map[string]described // by Key
	exchanges map[string][]string  // names by vhost
	queues    map[string][]string  // likewise
	found     Problems
}

// describe notes r; two files may say the same of one thing.
func (c *crossing) describe(d *Document, r Record) {
	id := string(Key(r))
	if was, twice := c.first[id]; twice {
		if was.d != d && !sameJSON(was.r, r) {
			c.find(d, r, Problem{Text: fmt.Sprintf("%s is described otherwise at %s", Title(r), was.d.Place(was.r))})
		}
		return
	}
	c.first[id] = described{d, r}
	switch r := r.(type) {
	case *Exchange:
		c.exchanges[r.Vhost] = append(c.exchanges[r.Vhost], r.Name)
	case *Queue:
		c.queues[r.Vhost] = append(c.queues[r.Vhost], r.Name)
	}
}

func sameJSON(a, b Record) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && bytes.Equal(x, y)
}

func (c *crossing) find(d *Document, at Record, p Problem) {
	p.Place = d.Place(at)
	c.found = append(c.found, p)
}

// refer looks for what r names.
func (c *crossing) refer(d *Document, r Record) {
	switch r := r.(type) {
	case *Binding:
		c.needExchange(d, r, r.Vhost, r.Source, "", false)
		if r.DestinationType == "exchange" {
			c.needExchange(d, r, r.Vhost, r.Destination, "", false)
		} else if !c.has(&Queue{Vhost: r.Vhost, Name: r.Destination}) {
			c.find(d, r, Problem{Text: fmt.Sprintf("queue '%s' is not in '%s'", r.Destination, r.Vhost), Outside: true})
		}
	case *Queue:
		if to, ok := r.Arguments["x-dead-letter-exchange"].(string); ok {
			c.needExchange(d, r, r.Vhost, to, "its dead letters go to ", true)
		}
	case *Exchange:
		if to, ok := r.Arguments["alternate-exchange"].(string); ok {
			c.needExchange(d, r, r.Vhost, to, "its alternate is ", true)
		}
	case *Permission:
		c.needUser(d, r, r.User)
	case *TopicPermission:
		c.needUser(d, r, r.User)
	}
}

func (c *crossing) has(r Record) bool {
	_, ok := c.first[string(Key(r))]
	return ok
}

func (c *crossing) needExchange(d *Document, at Record, vhost, name, why string, doubt bool) {
	if isSystem(name) || c.has(&Exchange{Vhost: vhost, Name: name}) {
		return
	}
	text := fmt.Sprintf("%sexchange '%s', which is not in '%s'", why, name, vhost)
	if why == "" {
		text = fmt.Sprintf("exchange '%s' is not in '%s'", name, vhost)
	}
	if near := spelling.Meant(name, c.exchanges[vhost]); near != "" {
		text += fmt.Sprintf(": did you mean '%s'?", near)
	}
	c.find(d, at, Problem{Text: text, Doubt: doubt, Outside: true, Needs: &Exchange{Vhost: vhost, Name: name}})
}

// needUser is no more than a doubt: those who log in are often made elsewhere.
func (c *crossing) needUser(d *Document, at Record, name string) {
	if !c.has(&User{Name: name}) {
		c.find(d, at, Problem{Text: fmt.Sprintf("user '%s' is in no file", name), Doubt: true, Outside: true})
	}
}
