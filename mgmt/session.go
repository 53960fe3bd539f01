package mgmt

import (
	"net/http"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
)

// session has do act in the vhost of the path with the rights of u.
func (a *API) session(r *http.Request, u *auth.User, do func(s *broker.Session) error) error {
	s, err := a.broker.Open(u, parameter(r, "vhost"), broker.Client{
		Name: client(r), PeerHost: peer(r), Protocol: via(r), Channels: func() int { return 0 },
	})
	if err != nil {
		return err
	}
	defer s.Close()
	return do(s)
}
