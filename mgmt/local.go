package mgmt

import (
	"context"
	"net/http"

	"github.com/hutchmq/hutchmq/broker"
)

// localPeer is the address of whoever asks by way of a file of the node.
const localPeer = "local"

// Local serves api to clients that come by a socket in the file system, which
// only its owner can open: they are the operator, unless they give the name and
// password of somebody else.
func Local(api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if _, _, named := r.BasicAuth(); !named {
			ctx = context.WithValue(ctx, whoAsks{}, broker.Operator)
		}
		r = r.WithContext(ctx)
		r.RemoteAddr = localPeer
		api.ServeHTTP(w, r)
	})
}

// via is how r came, for the audit log.
func via(r *http.Request) string {
	if r.RemoteAddr == localPeer {
		return "local"
	}
	return "http"
}
