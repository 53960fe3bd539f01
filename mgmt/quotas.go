package mgmt

import (
	"net/http"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

// quota is what the limits on publishing have done in a vhost, or to a user.
type quota struct {
	Vhost    string        `json:"vhost,omitempty"`
	User     string        `json:"user,omitempty"`
	Limits   broker.Limits `json:"limits"`
	Held     *int64        `json:"message_bytes,omitempty"` // of a vhost
	Full     *bool         `json:"full,omitempty"`          // likewise
	WaitedMs uint64        `json:"waited_ms"`
}

// quotas lists those that u may see: of its vhosts, and of itself or, for an
// administrator, of everybody. What has no limit is left out.
func (a *API) quotas(w http.ResponseWriter, _ *http.Request, u *auth.User) {
	list := []quota{}
	for _, v := range a.visible(u) {
		if limits := a.broker.VhostLimits(v.Name); limits.Pace() {
			use := a.broker.VhostAllowance(v.Name)
			list = append(list, quota{v.Name, "", limits, &use.Held, &use.Full, use.WaitedMs})
		}
	}
	for _, one := range a.broker.Users() {
		if limits := a.broker.UserLimits(one.Name); limits.Pace() && (one.Name == u.Name || u.HasTag("administrator")) {
			list = append(list, quota{User: one.Name, Limits: limits, WaitedMs: a.broker.UserAllowance(one.Name).WaitedMs})
		}
	}
	answer(w, list)
}
