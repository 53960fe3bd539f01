package auth

import (
	"strings"
	"testing"
	"time"
)

// theirs is a hash of "password" that another program made: the example of the
// reference implementation, with 64 MiB and 2 passes.
const theirs = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"

func TestArgon(t *testing.T) {
	hash, err := Hash(Argon2id, "secret")
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatalf("%q, %v", hash, err)
	}
	if !Verify(Argon2id, hash, "secret") || Verify(Argon2id, hash, "Secret") || Verify(SHA256, hash, "secret") {
		t.Error("it verifies the wrong password, or not the right one")
	}
	if !Verify(Argon2id, theirs, "password") {
		t.Error("a hash of another program is not verified")
	}
	if _, err := Hash(Argon2id, ""); err == nil {
		t.Error("an empty password was hashed")
	}
}

// TestArgonRefuses: what is no hash, or too hard to verify.
func TestArgonRefuses(t *testing.T) {
	for _, encoded := range []string{
		"guest", "$argon2id$", strings.Replace(theirs, "argon2id", "argon2i", 1), strings.Replace(theirs, "v=19", "v=16", 1),
		strings.Replace(theirs, "m=65536", "m=65537", 1), strings.Replace(theirs, "t=2", "t=9", 1), strings.Replace(theirs, "t=2", "t=0", 1),
		strings.Replace(theirs, "p=1", "p=0", 1), strings.Replace(theirs, "p=1", "p=256", 1), strings.Replace(theirs, "m=65536", "m=-1", 1),
		strings.Replace(theirs, "$c29tZXNhbHQ$", "$$", 1), theirs + strings.Repeat("A", 100), theirs[:60], theirs + "$",
	} {
		if CheckHash(Argon2id, encoded) == nil || Verify(Argon2id, encoded, "password") {
			t.Errorf("%q is a hash", encoded)
		}
	}
	if CheckHash(Argon2id, "") != nil || Verify(Argon2id, "", "") || Verify(Argon2id, "", "x") {
		t.Error("an empty hash is no way to have no password")
	}
	if CheckHash(Argon2id, theirs) != nil || CheckHash(SHA512, "AAAA") != nil || CheckHash(SHA512, "?") == nil || CheckHash("rot13", "") == nil {
		t.Error("CheckHash is wrong")
	}
}

// TestVerifiedOnce: a password that was right costs nothing the next time, and
// nothing of it is left when the hash changes.
func TestVerifiedOnce(t *testing.T) {
	d := NewDatabase(nil)
	first, _ := Hash(Argon2id, "secret")
	second, _ := Hash(Argon2id, "other")
	d.PutUser(User{Name: "alice", PasswordHash: first, HashingAlgorithm: Argon2id})
	login := func(password string) (time.Duration, bool) {
		began := time.Now()
		_, err := d.Authenticate("alice", password)
		return time.Since(began), err == nil
	}
	slow, ok := login("secret")
	quick := slow
	for range 3 { // the quickest of them, on a busy machine
		d, again := login("secret")
		quick, ok = min(quick, d), ok && again
	}
	if !ok || quick > slow/10 {
		t.Errorf("first %v, then %v", slow, quick)
	}
	if _, ok := login("wrong"); ok {
		t.Error("a wrong password is right")
	}
	d.PutUser(User{Name: "alice", PasswordHash: second, HashingAlgorithm: Argon2id})
	if _, ok := login("secret"); ok {
		t.Error("the old password is remembered")
	}
	d.DeleteUser("alice")
	if _, ok := login("other"); ok {
		t.Error("a user that has gone is remembered")
	}
}

// TestNoOracle: unknown users, users without a password and wrong passwords of
// either kind of hash take about as long.
func TestNoOracle(t *testing.T) {
	d := NewDatabase(nil)
	slow, _ := Hash(Argon2id, "secret")
	quick, _ := Hash(SHA256, "secret")
	d.PutUser(User{Name: "slow", PasswordHash: slow, HashingAlgorithm: Argon2id})
	d.PutUser(User{Name: "quick", PasswordHash: quick})
	d.PutUser(User{Name: "none", HashingAlgorithm: Argon2id})
	took := map[string]time.Duration{}
	for _, name := range []string{"slow", "quick", "none", "nobody"} {
		took[name] = time.Hour
		for range 5 {
			began := time.Now()
			if _, err := d.Authenticate(name, "wrong"); err == nil {
				t.Errorf("%s is let in", name)
			}
			took[name] = min(took[name], time.Since(began))
		}
	}
	for name, one := range took {
		if one < took["slow"]/10 || one > took["slow"]*10 {
			t.Errorf("%s takes %v: all %v", name, one, took)
		}
	}
}

func BenchmarkVerified(b *testing.B) {
	d := NewDatabase(nil)
	hash, _ := Hash(Argon2id, "secret")
	d.PutUser(User{Name: "alice", PasswordHash: hash, HashingAlgorithm: Argon2id})
	for b.Loop() {
		if _, err := d.Authenticate("alice", "secret"); err != nil {
			b.Fatal(err)
		}
	}
}
