package broker

import (
	"maps"
	"slices"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
)

// Limits are what a vhost or a user may have, by RabbitMQ's names. 0 allows
// none; a negative number is no limit, as is none at all.
type Limits map[string]int

// The names of limits.
const (
	MaxConnections = "max-connections" // of a vhost, or of a user
	MaxQueues      = "max-queues"      // of a vhost
	MaxChannels    = "max-channels"    // of a user

	// Those who publish faster wait: see allowance. They are not RabbitMQ's.
	MaxPublishRate     = "max-publish-rate"      // of a vhost, or of a user: messages a second
	MaxPublishByteRate = "max-publish-byte-rate" // likewise: bytes of bodies a second
	MaxBytes           = "max-bytes"             // of a vhost: of bodies in all queues
)

var (
	vhostLimits = []string{MaxConnections, MaxQueues, MaxPublishRate, MaxPublishByteRate, MaxBytes}
	userLimits  = []string{MaxConnections, MaxChannels, MaxPublishRate, MaxPublishByteRate}
)

// LimitError says what is wrong with a limit.
type LimitError string

// Error implements error.
func (e LimitError) Error() string { return string(e) }

// limitsOf reads the limits in a record, which may have these names. What is
// wrong with them comes back as a LimitError.
func limitsOf(o definitions.Object, names []string) (Limits, error) {
	l := Limits{}
	for name, v := range o {
		n, ok := amqp.Int(v)
		switch {
		case !slices.Contains(names, name):
			return nil, LimitError("unknown limit '" + name + "'")
		case !ok || int64(int(n)) != n:
			return nil, LimitError("limit '" + name + "' is no whole number")
		case n == 0 && (name == MaxPublishRate || name == MaxPublishByteRate):
			return nil, LimitError("limit '" + name + "' is 0: nobody could ever go on; -1 is no limit")
		}
		l[name] = int(n)
	}
	return l, nil
}

// limited is o with one limit set; the original stays as it is.
func limited(o definitions.Object, limit string, n int) definitions.Object {
	o = unlimited(o, limit)
	o[limit] = int64(n)
	return o
}

// unlimited is o without one limit; the original stays as it is.
func unlimited(o definitions.Object, limit string) definitions.Object {
	left := definitions.Object{}
	maps.Copy(left, o)
	delete(left, limit)
	return left
}

// reached returns the limit of that name if n is as many as it allows.
func (l Limits) reached(name string, n int) (limit int, reached bool) {
	limit, ok := l[name]
	return limit, ok && limit >= 0 && n >= limit
}

// VhostLimits are the limits of a vhost. The map is the caller's.
func (b *Broker) VhostLimits(vhostName string) Limits { return b.limitsIn(b.inVhost, vhostName) }

// UserLimits are the limits of a user. The map is the caller's.
func (b *Broker) UserLimits(user string) Limits { return b.limitsIn(b.ofUser, user) }

func (b *Broker) limitsIn(ts tallies, name string) Limits {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return maps.Clone(ts[name].limits)
}

// SetVhostLimit limits a vhost. What is there stays, even if it is more.
func (b Acting) SetVhostLimit(vhostName, limit string, n int) error {
	return b.editVhostLimits(vhostName, func(o definitions.Object) definitions.Object { return limited(o, limit, n) })
}

// ClearVhostLimit takes a limit away; one that is not there is no error.
func (b Acting) ClearVhostLimit(vhostName, limit string) error {
	return b.editVhostLimits(vhostName, func(o definitions.Object) definitions.Object { return unlimited(o, limit) })
}

func (b Acting) editVhostLimits(vhostName string, edit func(definitions.Object) definitions.Object) error {
	var now definitions.Object
	err := b.editVhost(vhostName, func(r *definitions.Vhost) {
		r.Limits = edit(r.Limits)
		now = r.Limits
	})
	if err == nil {
		b.emitLimits("vhost", vhostName, now)
	}
	return err
}

// SetUserLimit limits a user. What is there stays, even if it is more.
func (b Acting) SetUserLimit(user, limit string, n int) error {
	return b.editUserLimits(user, func(o definitions.Object) definitions.Object { return limited(o, limit, n) })
}

// ClearUserLimit takes a limit away; one that is not there is no error.
func (b Acting) ClearUserLimit(user, limit string) error {
	return b.editUserLimits(user, func(o definitions.Object) definitions.Object { return unlimited(o, limit) })
}

func (b Acting) editUserLimits(user string, edit func(definitions.Object) definitions.Object) error {
	var now definitions.Object
	err := b.editUser(user, func(r *definitions.User) {
		r.Limits = edit(r.Limits)
		now = r.Limits
	})
	if err == nil {
		b.emitLimits("user", user, now)
	}
	return err
}
