package vhost

import (
	"log/slog"
	"strconv"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/dedup"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/stats"
)

// dedupArg makes an exchange check whether messages came before, and is the name
// of a type of exchange that always does.
const dedupArg = "x-message-deduplication"

// maxCacheTTLMs is ten years.
const maxCacheTTLMs = 315_360_000_000

// cache is what an exchange that checks for duplicates remembers.
type cache struct {
	*dedup.Index
	lasting bool // it is on disk
}

// cacheOptions are how an exchange is to check for duplicates.
type cacheOptions struct {
	dedup.Bounds
	lasting bool
}

// cacheOptionsOf reads the arguments of d; nil when it checks nothing.
func cacheOptionsOf(d *ExchangeDeclaration) (*cacheOptions, error) {
	if d.Kind != dedupArg {
		on, there := d.Arguments[dedupArg]
		if b, ok := on.(bool); there && !ok {
			return nil, amqp.InvalidExchangeArg.New(dedupArg, amqp.TypeName(on))
		} else if !b {
			return nil, nil
		}
	}
	o := &cacheOptions{lasting: d.Durable}
	size, _ := cacheNumber(d.Arguments["x-cache-size"])
	if size < 1 || size > dedup.MaxKeys {
		return nil, amqp.CacheSize.New(dedup.MaxKeys)
	}
	o.MaxKeys = int(size)
	if ttl, there := d.Arguments["x-cache-ttl"]; there {
		ms, ok := cacheNumber(ttl)
		if !ok || ms < 1 || ms > maxCacheTTLMs {
			return nil, amqp.CacheTTL.New()
		}
		o.TTLMs = ms
	}
	switch p, there := d.Arguments["x-cache-persistence"]; {
	case !there || p == "disk":
	case p == "memory":
		o.lasting = false
	default:
		return nil, amqp.CachePersistence.New()
	}
	return o, nil
}

// cacheNumber reads an integer, or its digits: the plugin of RabbitMQ takes both.
func cacheNumber(v any) (int64, bool) {
	if s, ok := v.(string); ok {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	}
	return amqp.Int(v)
}

// openCache makes what x remembers, or takes up what is stored of it if x has an
// ID. o may be nil.
func (x *Exchange) openCache(o *cacheOptions) (err error) {
	shelf := x.vhost.options.Dedup
	if o == nil || shelf == nil {
		return nil
	}
	if o.lasting && x.ID == 0 {
		if x.ID, err = x.vhost.options.NextID(true); err != nil {
			return amqp.StorageFailure.New(err)
		}
	}
	index, err := shelf.Index(x.ID, o.lasting, o.Bounds)
	if err != nil {
		return amqp.StorageFailure.New(err)
	}
	x.cache = &cache{index, o.lasting}
	x.volatile = true // what one message reaches says nothing of the next
	return nil
}

// restoreCache is openCache for an exchange that was kept. One that was declared
// before its arguments meant anything may have bad ones: it checks nothing.
func (x *Exchange) restoreCache(d ExchangeDeclaration) error {
	o, err := cacheOptionsOf(&d)
	if err != nil {
		slog.With("category", "exchange").Warn("an exchange does not check for duplicates", "exchange", x.Name, "vhost", x.Vhost(), "error", err)
		return nil
	}
	x.ID = d.ID
	if err := x.openCache(o); err != nil || x.ID == d.ID {
		return err
	}
	return x.vhost.keep([]Change{{Exchange: x}})
}

// closeCache ends what x remembers, if it does.
func (x *Exchange) closeCache(forget bool) {
	if x.cache != nil {
		x.cache.Close(forget)
	}
}

// Cache is what x remembers to tell duplicates; nil when it checks nothing.
func (x *Exchange) Cache() *dedup.Index {
	if x.cache == nil {
		return nil
	}
	return x.cache.Index
}

// Producers are those who publish to v with numbers of their own; nil when
// nobody keeps count.
func (v *Vhost) Producers() *dedup.Producers {
	if v.options.Dedup == nil {
		return nil
	}
	return v.options.Dedup.Producers(v.Name)
}

// closeDedup ends what v remembers of messages that came.
func (v *Vhost) closeDedup(forget bool) {
	for _, x := range v.Exchanges() {
		x.closeCache(forget)
	}
	if forget && v.options.Dedup != nil {
		v.options.Dedup.Forget(v.Name)
	}
}

// Repeats counts messages that were not enqueued because they came before, by
// what knew it.
type Repeats struct {
	Exchange stats.Counter // by their key; dead letters too
	Queue    stats.Counter // by their key
	Producer stats.Counter // by their producer's number
}

// Repeats counts what v was spared.
func (v *Vhost) Repeats() *Repeats { return &v.repeats }

// Repeated implements queue.Repeated.
func (h host) Repeated(n int) {
	v := h.q.vhost
	v.repeats.Queue.Add(uint64(n))
	v.options.Repeats.Queue.Add(uint64(n))
}

// CacheKey is the key of a message whose x-deduplication-header is text, or is
// number if that is not nil, for the Cache of x.
func (x *Exchange) CacheKey(text string, number *int64) dedup.Key {
	k := message.TextKey(text)
	if number != nil {
		k = message.NumberKey(*number)
	}
	return x.cache.Sum(k.Class, k.Text)
}

// Deduplicates reports whether q takes no message twice.
func (q *Queue) Deduplicates() bool {
	on, _ := q.Arguments[dedupArg].(bool)
	return on
}
