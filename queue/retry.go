package queue

import "slices"

// Retry says which messages that come back wait before they are delivered
// again, and for how long. The zero Retry makes none wait.
type Retry struct {
	Failed   bool // those whose delivery has failed
	Returned bool // those given back untouched

	MinMs       int64 // how long after the first failed delivery
	MaxMs       int64 // at most; 0: as long as it takes
	Exponential bool  // the wait doubles each time, rather than to grow by MinMs
	Jitter      int64 // percent by which a wait is longer or shorter, so that not all come at once

	hasMin bool
}

// defaultRetryMs is MinMs where nothing is said.
const defaultRetryMs = 1000

// retryTypes are the values of x-delayed-retry-type.
var retryTypes = []string{"disabled", "all", "failed", "returned"}

// On reports whether any message waits.
func (r *Retry) On() bool { return r.Failed || r.Returned }

// Holds reports whether what came back that way waits.
func (r *Retry) Holds(how Outcome) bool {
	return how == Requeue && r.Failed || how == Return && r.Returned
}

// Type is r as x-delayed-retry-type says it.
func (r *Retry) Type() string {
	switch {
	case r.Failed && r.Returned:
		return "all"
	case r.Failed:
		return "failed"
	case r.Returned:
		return "returned"
	}
	return "disabled"
}

// WaitMs is how long a message waits that was delivered in vain failed times.
// The same salt spreads it the same way.
func (r *Retry) WaitMs(failed uint32, salt uint64) int64 {
	most := r.MaxMs
	if most <= 0 || most > maxTTL {
		most = maxTTL
	}
	least := r.MinMs
	if !r.hasMin {
		least = defaultRetryMs
	}
	wait := min(r.grow(least, max(failed, 1), most), most)
	if spread := wait * min(r.Jitter, 100) / 100; spread > 0 {
		wait += int64(scramble(salt+uint64(failed))%uint64(2*spread+1)) - spread
	}
	return wait
}

// grow is the wait after so many failures, if it is at most most.
func (r *Retry) grow(leastMs int64, failed uint32, mostMs int64) int64 {
	switch {
	case leastMs == 0:
		return 0
	case !r.Exponential && leastMs > mostMs/int64(failed):
		return mostMs
	case !r.Exponential:
		return leastMs * int64(failed)
	case failed > 40 || leastMs > mostMs>>(failed-1):
		return mostMs
	}
	return leastMs << (failed - 1)
}

// scramble makes of near numbers such that have nothing to do with each other.
func scramble(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func retryType(o *Options, v any) string {
	s, ok := v.(string)
	if !ok {
		return unacceptable(v)
	}
	if !slices.Contains(retryTypes, s) {
		return "invalid_delayed_retry_type"
	}
	o.Retry.Failed, o.Retry.Returned = s == "all" || s == "failed", s == "all" || s == "returned"
	return ""
}

func retryBackoff(o *Options, v any) string {
	why := oneOf("invalid_delayed_retry_backoff", "linear", "exponential")(o, v)
	if why == "" {
		o.Retry.Exponential = v == "exponential"
	}
	return why
}
