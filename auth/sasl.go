package auth

import (
	"bytes"
	"errors"
)

// Credentials is what a login claims.
type Credentials struct {
	User, Password string
}

// ErrMalformed is returned for a SASL response that is not of its mechanism.
var ErrMalformed = errors.New("malformed response")

// Plain parses the response of the mechanism PLAIN (RFC 4616): the identity to
// act as, the user and the password, separated by NUL. Nobody acts for
// another, so the identity is empty or the user.
func Plain(response []byte) (Credentials, error) {
	parts := bytes.Split(response, []byte{0})
	if len(parts) != 3 || len(parts[0]) > 0 && !bytes.Equal(parts[0], parts[1]) {
		return Credentials{}, ErrMalformed
	}
	return Credentials{User: string(parts[1]), Password: string(parts[2])}, nil
}
