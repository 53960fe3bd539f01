package mgmt

import (
	"encoding/json"

	"github.com/hutchmq/hutchmq/broker"
	contract "github.com/hutchmq/hutchmq/queue"
)

// watchedQueue is a queue in numbers, as streams of events show it.
type watchedQueue struct {
	Vhost     string  `json:"vhost"`
	Name      string  `json:"name"`
	State     string  `json:"state"`
	Messages  int     `json:"messages"`
	Ready     int     `json:"messages_ready"`
	Unacked   int     `json:"messages_unacknowledged"`
	Consumers int     `json:"consumers"`
	In        float64 `json:"publish_rate"`
	Out       float64 `json:"deliver_get_rate"`
	Acked     float64 `json:"ack_rate"`
}

// queueName tells queues apart.
type queueName struct{ vhost, name string }

// watchedQueues is what a stream has sent of the queues of one topic.
type watchedQueues struct {
	sent map[queueName]watchedQueue
	turn map[queueName]struct{} // scratch: those that are there
}

// Bounds of what one event says of queues, and of how many a stream follows.
const (
	maxQueuesAtOnce  = 500
	maxQueuesWatched = 20_000
)

// queueNews is what has changed among queues.
type queueNews struct {
	Changed []watchedQueue `json:"changed,omitempty"`
	Gone    []queueGone    `json:"gone,omitempty"`
}

type queueGone struct {
	Vhost string `json:"vhost"`
	Name  string `json:"name"`
}

// lookAtQueues sends the queues of t that are not as they were sent before. Of
// many, some wait for the next turn.
func (s *stream) lookAtQueues(t *topic) {
	w := s.queues[t.text]
	if w == nil {
		w = &watchedQueues{sent: map[queueName]watchedQueue{}, turn: map[queueName]struct{}{}}
		s.queues[t.text] = w
	}
	var news queueNews
	clear(w.turn)
	for _, v := range s.broker.Vhosts() {
		if t.in != "" && v.Name != t.in || !s.sees(s.user, v.Name) {
			continue
		}
		for _, q := range v.Queues() {
			w.look(q, &news)
		}
	}
	for name := range w.sent {
		if _, there := w.turn[name]; !there {
			delete(w.sent, name)
			news.Gone = append(news.Gone, queueGone{name.vhost, name.name})
		}
	}
	if len(news.Changed)+len(news.Gone) == 0 {
		return
	}
	if text, err := json.Marshal(news); err == nil {
		s.event("", t.kind, told{Topic: t.text, Data: text})
	}
}

func (w *watchedQueues) look(q *broker.Queue, news *queueNews) {
	name := queueName{q.Vhost, q.Name}
	was, known := w.sent[name]
	if !known && len(w.sent) >= maxQueuesWatched {
		return
	}
	w.turn[name] = struct{}{}
	if now := watchQueue(q); now != was && len(news.Changed) < maxQueuesAtOnce {
		w.sent[name] = now
		news.Changed = append(news.Changed, now)
	}
}

func watchQueue(q *broker.Queue) watchedQueue {
	s := q.Stat()
	w := watchedQueue{
		Vhost: q.Vhost, Name: q.Name, State: "running", Messages: s.Ready + s.Unacked, Ready: s.Ready,
		Unacked: s.Unacked, Consumers: s.Consumers, In: q.Past.Rate(int(contract.Published)),
		Out: q.Past.Rate(deliverGet...), Acked: q.Past.Rate(int(contract.Acked)),
	}
	if q.Marks().Paused {
		w.State = "paused"
	}
	return w
}

// deliverGet are the columns of everything that goes out.
var deliverGet = []int{
	int(contract.Delivered), int(contract.DeliveredNoAck), int(contract.Got), int(contract.GotNoAck),
}
