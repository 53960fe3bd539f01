package mgmt

import (
	"math"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

func (a *API) leaseRoutes(r chi.Router) {
	r.Put("/api/x/queues/{vhost}/{name}/unacked/{seq}/lease", a.inVhost(a.extendLease))
}

// extendLease gives whoever holds a delivery more time, from now on.
func (a *API) extendLease(w http.ResponseWriter, r *http.Request, u *auth.User) {
	q := a.needQueue(w, r)
	if q == nil {
		return
	}
	seq, err := strconv.ParseUint(parameter(r, "seq"), 10, 64)
	if err != nil {
		bad(w, "seq should be a number")
		return
	}
	ms := 0
	in, ok := read(w, r, maxBodyBytes)
	if !ok || !in.take(w, field{"ms", &ms, aNumber}) {
		return
	}
	if ms < 0 || ms > math.MaxInt32 {
		bad(w, "ms should be between 1 and 2147483647, or be left out")
		return
	}
	done := broker.NotHeld
	err = a.session(r, u, func(s *broker.Session) (err error) {
		done, err = s.ExtendLease(q.Name, seq, int64(ms))
		return err
	})
	switch {
	case err != nil:
		problem(w, err)
	case done == broker.NotLeased:
		bad(w, "the delivery is not on lease")
	case done != broker.Extended:
		unknown(w, "nobody holds that message of the queue")
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}
