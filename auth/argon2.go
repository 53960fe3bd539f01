package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// How hard a new Argon2id hash is: about 20 ms, and 19 MiB while it is made
// (the first choice of OWASP's cheat sheet).
const (
	argonKiB    = 19 * 1024
	argonPasses = 2
	argonLanes  = 1
	argonSalt   = 16 // bytes
	argonKey    = 32 // bytes
)

// What is verified of hashes that were made elsewhere: harder ones would be a
// way to stop the broker.
const (
	maxArgonKiB    = 64 * 1024
	maxArgonPasses = 8
	maxArgonLanes  = 8
	maxArgonBytes  = 64 // of salt or key
)

// argonTurns bounds how many hashes are made at once, and with them memory.
var argonTurns = make(chan struct{}, 2)

// argon is an Argon2id hash: $argon2id$v=19$m=19456,t=2,p=1$salt$key.
type argon struct {
	kib, passes uint32
	lanes       uint8
	salt, key   []byte
}

func newArgon(password string) *argon {
	a := &argon{kib: argonKiB, passes: argonPasses, lanes: argonLanes, salt: make([]byte, argonSalt)}
	rand.Read(a.salt)
	a.key = a.derive(password, argonKey)
	return a
}

func (a *argon) derive(password string, bytes int) []byte {
	return argon2.IDKey([]byte(password), a.salt, a.passes, a.kib, a.lanes, uint32(bytes))
}

func (a *argon) verify(password string) bool {
	return subtle.ConstantTimeCompare(a.derive(password, len(a.key)), a.key) == 1
}

func (a *argon) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, a.kib, a.passes, a.lanes,
		b64.EncodeToString(a.salt), b64.EncodeToString(a.key))
}

var errArgon = errors.New("password_hash should be like $argon2id$v=19$m=19456,t=2,p=1$salt$key")

func parseArgon(encoded string) (*argon, error) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return nil, errArgon
	}
	a := &argon{}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &a.kib, &a.passes, &a.lanes); n != 3 || err != nil {
		return nil, errArgon
	}
	var err error
	if a.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return nil, errArgon
	}
	if a.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return nil, errArgon
	}
	switch {
	case len(a.salt) < 8 || len(a.key) < 16, a.passes < 1, a.lanes < 1:
		return nil, errArgon
	case a.kib > maxArgonKiB || a.passes > maxArgonPasses || a.lanes > maxArgonLanes,
		len(a.salt) > maxArgonBytes || len(a.key) > maxArgonBytes:
		return nil, fmt.Errorf("password_hash is harder than m=%d,t=%d,p=%d", maxArgonKiB, maxArgonPasses, maxArgonLanes)
	}
	return a, nil
}
