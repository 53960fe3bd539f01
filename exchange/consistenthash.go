package exchange

import (
	"math"
	"strconv"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/message"
)

// ConsistentHash routes a message to one destination, by a hash of its routing
// key, or of what the arguments hash-header or hash-property name. The binding
// key is the weight of a destination: how many points it has of all points,
// which is its share of the keys. A destination that comes takes its share
// from all others alike, and one that goes leaves its own to them; no other
// key moves. Of several bindings of one destination the heaviest counts.
//
// It is rendezvous hashing: each point draws a number from the hash of the key
// and the name of the destination, and the lowest wins. Shares are exact with
// any weights, where points on a ring would have to be hundreds each; the price
// is a look at every destination for each message, a few nanoseconds each.
var ConsistentHash Type = consistentHashType{}

type consistentHashType struct{}

func (consistentHashType) Name() string { return "x-consistent-hash" }

func (consistentHashType) New(args amqp.Table) (Router, error) {
	s, err := subjectOf(args)
	if err != nil {
		return nil, err
	}
	x := &consistentHash{subject: s}
	if s.byKey() {
		return x, nil
	}
	return volatileHash{x}, nil
}

type consistentHash struct {
	roster
	subject subject
}

// volatileHash is a consistentHash that looks into the message.
type volatileHash struct{ *consistentHash }

// Volatile implements Volatile.
func (volatileHash) Volatile() {}

// Single implements Single.
func (*consistentHash) Single() {}

func (x *consistentHash) Check(b Binding) error {
	_, err := weightOf(b.Key)
	return err
}

func (x *consistentHash) Bind(b Binding) bool {
	w, _ := weightOf(b.Key)
	return x.add(newCandidate(b, w))
}

func (x *consistentHash) Unbind(b Binding) bool {
	w, _ := weightOf(b.Key)
	return x.remove(newCandidate(b, w))
}

// weightOf reads the binding key.
func weightOf(key string) (float64, error) {
	n, err := strconv.ParseInt(key, 10, 64)
	switch {
	case err != nil:
		return 0, amqp.WeightNoInteger.New(amqp.FormatTerm(key))
	case n < 1:
		return 0, amqp.WeightTooSmall.New()
	}
	return float64(n), nil
}

func (x *consistentHash) Route(m *message.Message, key string, into *Set) {
	if l := x.list(); len(l) > 0 {
		into.Add(winner(l, x.subject.hash(m, key)))
	}
}

// winner is who draws the lowest of candidates, which are sorted by weight.
// What w points draw at their lowest is an exponential variate of rate w; it
// rises with the number drawn, so that of candidates of one weight only the
// first takes a logarithm.
func winner(l []*candidate, hash uint64) (to Destination) {
	least := math.Inf(1)
	for i := 0; i < len(l); {
		first, lowest := l[i], mix(l[i].hash^hash)
		for i++; i < len(l) && l[i].weight == first.weight; i++ {
			if drawn := mix(l[i].hash ^ hash); drawn < lowest {
				first, lowest = l[i], drawn
			}
		}
		if v := -math.Log1p(-unit(lowest)) / first.weight; to == nil || v < least {
			to, least = first.to, v
		}
	}
	return to
}

// unit is n as a fraction of all numbers, below 1.
func unit(n uint64) float64 { return float64(n>>11) / (1 << 53) }
