package broker

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/queue"
	"github.com/hutchmq/hutchmq/vhost"
)

// What an overview of dead letters looks at.
const (
	glance      = 10      // messages of a queue, to see whether dead letters wait there
	stare       = 1000    // messages of a queue where they do
	mostLooks   = 200_000 // messages in all
	glanceBytes = 1 << 20
	stareBytes  = 16 << 20
)

// DeadLetters is what waits in a queue of those that died elsewhere.
type DeadLetters struct {
	Queue   string
	Ready   int  // messages, dead letters or not
	Looked  int  // of these
	AtLeast bool // there is more than was looked at, so the counts may be higher
	Causes  []DeathCause
}

// DeathCause is where and why messages died last, and how many did.
type DeathCause struct {
	Queue, Reason string
	Count         int
	First, Last   time.Time // of the deaths; zero if they do not tell
}

// DeadLetters looks for dead letters in the queues of a vhost that u may read,
// the beginning of each. all is false if there are too many queues to look
// into every one. It refuses u with an *amqp.Error.
func (b *Broker) DeadLetters(u *auth.User, vhostName string) (list []DeadLetters, all bool, err error) {
	s, err := b.Open(u, vhostName, Client{})
	if err != nil {
		return nil, false, err
	}
	defer s.Close()
	queues := s.v.Queues()
	slices.SortFunc(queues, func(x, y *vhost.Queue) int { return strings.Compare(x.Name, y.Name) })
	looks := mostLooks
	for _, q := range queues {
		browser, err := browserOf(q)
		if err != nil || q.Stat().Ready == 0 || !s.allowed(auth.Read, auth.Queue, q.Name) {
			continue
		}
		if looks <= 0 {
			return list, false, nil
		}
		d, err := deadLettersIn(q, browser)
		if err != nil {
			return list, false, err
		}
		if looks -= d.Looked; len(d.Causes) > 0 {
			list = append(list, d)
		}
	}
	return list, true, nil
}

func deadLettersIn(q *vhost.Queue, browser queue.Browser) (d DeadLetters, err error) {
	causes := map[message.Death]*DeathCause{}
	b := queue.Browse{Limit: 1, MaxLooks: glance, MaxBytes: glanceBytes, Want: func(s *queue.Seen) bool { return note(causes, s) }}
	v, err := browser.Browse(b)
	d.Looked = v.Looked
	if err != nil || len(v.List) == 0 {
		return d, err
	}
	b.After, b.MaxLooks, b.MaxBytes = v.Next, stare, stareBytes
	b.Want = func(s *queue.Seen) bool { return note(causes, s) && false }
	if v, err = browser.Browse(b); err != nil {
		return d, err
	}
	d.Queue, d.Ready, d.AtLeast = q.Name, q.Stat().Ready, !v.End
	d.Looked += v.Looked
	for _, c := range causes {
		d.Causes = append(d.Causes, *c)
	}
	slices.SortFunc(d.Causes, func(x, y DeathCause) int {
		return cmp.Or(cmp.Compare(y.Count, x.Count), strings.Compare(x.Queue, y.Queue), strings.Compare(x.Reason, y.Reason))
	})
	return d, nil
}

// note counts s, if it is a dead letter.
func note(causes map[message.Death]*DeathCause, s *queue.Seen) bool {
	died, ok := message.Died(s.Message.Header)
	if !ok {
		return false
	}
	at := died.Time
	died.Time = time.Time{}
	c := causes[died]
	if c == nil {
		c = &DeathCause{Queue: died.Queue, Reason: died.Reason, First: at}
		causes[died] = c
	}
	c.Count++
	if at.Before(c.First) {
		c.First = at
	}
	if at.After(c.Last) {
		c.Last = at
	}
	return true
}
