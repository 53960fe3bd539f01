package auth

import "time"

// What slow hashes verified is remembered, so that a client which sends its
// password with every request pays once. The hash is part of the mark: when
// the password changes, nothing that was verified before matches.
const (
	verifiedFor = 5 * time.Minute
	maxVerified = 8192
)

// passwords verifies the passwords of users.
type passwords struct {
	marks    *marker
	verified *recent[mark, struct{}]
}

func newPasswords() *passwords {
	return &passwords{newMarker(), newRecent[mark, struct{}](verifiedFor, maxVerified)}
}

// verify reports whether password is that of u.
func (p *passwords) verify(u *User, password string) bool {
	if u.HashingAlgorithm != Argon2id {
		return Verify(u.HashingAlgorithm, u.PasswordHash, password)
	}
	m := p.marks.of(u.Name, u.PasswordHash, password)
	if _, ok := p.verified.get(m); ok {
		return true
	}
	argonTurns <- struct{}{}
	defer func() { <-argonTurns }()
	// While we waited, another connection of the same client may have been told.
	if _, ok := p.verified.get(m); ok {
		return true
	}
	if !verifyArgon(u.PasswordHash, password) {
		return false
	}
	p.verified.put(m, struct{}{})
	return true
}

// waste takes as long as verify with a wrong password of an algorithm.
func waste(algorithm, password string) {
	if algorithm != Argon2id {
		Verify(SHA256, unknownUserHash, password)
		return
	}
	argonTurns <- struct{}{}
	defer func() { <-argonTurns }()
	(&argon{kib: argonKiB, passes: argonPasses, lanes: argonLanes, salt: make([]byte, argonSalt)}).derive(password, argonKey)
}
