package auth

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
)

// Hashing algorithms, by the names they have in exported definitions. MD5 is
// only there so that users of very old brokers can still log in; Argon2id is
// ours, and RabbitMQ cannot verify it.
const (
	SHA256   = "rabbit_password_hashing_sha256"
	SHA512   = "rabbit_password_hashing_sha512"
	MD5      = "rabbit_password_hashing_md5"
	Argon2id = "hutchmq_password_hashing_argon2id"
)

const saltBytes = 4

var errEmptyPassword = errors.New("password must not be empty")

// Hash salts and hashes password: base64(salt + hash(salt + password)), or as
// argon has it. An empty algorithm means SHA256. It refuses an empty password
// and an unknown algorithm.
func Hash(algorithm, password string) (string, error) {
	if password == "" {
		return "", errEmptyPassword
	}
	if algorithm == Argon2id {
		argonTurns <- struct{}{}
		defer func() { <-argonTurns }()
		return newArgon(password).String(), nil
	}
	h, err := hasher(algorithm)
	if err != nil {
		return "", err
	}
	salt := make([]byte, saltBytes)
	rand.Read(salt)
	return base64.StdEncoding.EncodeToString(salted(h, salt, password)), nil
}

// Verify reports whether password is the one encoded was made from. The time
// it takes does not depend on how much of the hash is right. An empty or
// malformed hash, an unknown algorithm and an empty password verify nothing.
func Verify(algorithm, encoded, password string) bool {
	if algorithm == Argon2id {
		argonTurns <- struct{}{}
		defer func() { <-argonTurns }()
		return verifyArgon(encoded, password)
	}
	h, err := hasher(algorithm)
	if err != nil || password == "" {
		return false
	}
	want, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(want) != saltBytes+h.Size() {
		return false
	}
	return subtle.ConstantTimeCompare(salted(h, want[:saltBytes], password), want) == 1
}

func verifyArgon(encoded, password string) bool {
	a, err := parseArgon(encoded)
	return err == nil && password != "" && a.verify(password)
}

// CheckHash tells what is wrong with a hash that was made elsewhere, if
// anything. An empty one is fine: nothing verifies against it.
func CheckHash(algorithm, encoded string) error {
	if algorithm == Argon2id {
		if encoded == "" {
			return nil
		}
		_, err := parseArgon(encoded)
		return err
	}
	if _, err := hasher(algorithm); err != nil {
		return err
	}
	if _, err := base64.StdEncoding.DecodeString(encoded); err != nil {
		return errNotBase64
	}
	return nil
}

var errNotBase64 = errors.New("password_hash should be in base64")

func salted(h hash.Hash, salt []byte, password string) []byte {
	h.Write(salt)
	h.Write([]byte(password))
	return h.Sum(append(make([]byte, 0, saltBytes+h.Size()), salt...))
}

func hasher(algorithm string) (hash.Hash, error) {
	switch algorithm {
	case SHA256, "":
		return sha256.New(), nil
	case SHA512:
		return sha512.New(), nil
	case MD5:
		return md5.New(), nil
	}
	return nil, fmt.Errorf("unknown hashing algorithm '%s'", algorithm)
}
