package oauth2

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// key is a public key that verifies tokens.
type key struct {
	id        string
	algorithm string // the only one it is for; "" any of its kind
	kind      string // what the names of its algorithms begin with: "RS" (and "PS"), "ES256", "EdDSA"
	public    crypto.PublicKey
}

// signs reports whether a token of an algorithm may come from k.
func (k *key) signs(algorithm string) bool {
	if k.algorithm != "" && k.algorithm != algorithm {
		return false
	}
	return strings.HasPrefix(algorithm, k.kind) || k.kind == "RS" && strings.HasPrefix(algorithm, "PS")
}

// maxKeys bounds how many keys a server has.
const maxKeys = 100

// minRSABits: shorter keys can be factored.
const minRSABits = 2048

// parseKeys reads a JWKS (RFC 7517). Keys that are secret, for encryption or of
// a kind unknown here are left out; a set without any of ours is an error.
func parseKeys(text []byte) ([]*key, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, fmt.Errorf("no JWKS: %w", err)
	}
	var list []*key
	for i := range set.Keys {
		j := &set.Keys[i]
		if j.Use != "" && j.Use != "sig" || len(list) >= maxKeys {
			continue
		}
		if kind, public, err := j.public(); err == nil {
			list = append(list, &key{j.ID, j.Algorithm, kind, public})
		}
	}
	if len(list) == 0 {
		return nil, errors.New("no key among them that verifies signatures")
	}
	return list, nil
}

// jwk is a key as JSON has it.
type jwk struct {
	ID        string `json:"kid"`
	Type      string `json:"kty"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	Curve     string `json:"crv"`
	N, E      string
	X, Y      string
}

var errKey = errors.New("no public key")

func (j *jwk) public() (kind string, k crypto.PublicKey, err error) {
	switch j.Type {
	case "RSA":
		k, err = j.rsa()
		return "RS", k, err
	case "EC":
		return j.ecdsa()
	case "OKP":
		x, err := decode(j.X)
		if j.Curve != "Ed25519" || err != nil || len(x) != ed25519.PublicKeySize {
			return "", nil, errKey
		}
		return "EdDSA", ed25519.PublicKey(x), nil
	}
	return "", nil, errKey
}

func (j *jwk) rsa() (*rsa.PublicKey, error) {
	n, err := decode(j.N)
	if err != nil {
		return nil, err
	}
	e, err := decode(j.E)
	if err != nil || len(e) > 4 {
		return nil, errKey
	}
	k := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	if k.N.BitLen() < minRSABits || k.N.BitLen() > 16384 || k.E < 3 || k.E%2 == 0 {
		return nil, errKey
	}
	return k, nil
}

func (j *jwk) ecdsa() (kind string, k *ecdsa.PublicKey, err error) {
	var curve elliptic.Curve
	switch j.Curve {
	case "P-256":
		kind, curve = "ES256", elliptic.P256()
	case "P-384":
		kind, curve = "ES384", elliptic.P384()
	case "P-521":
		kind, curve = "ES512", elliptic.P521()
	default:
		return "", nil, errKey
	}
	size := (curve.Params().BitSize + 7) / 8
	point := []byte{4} // uncompressed
	for _, text := range []string{j.X, j.Y} {
		b, err := decode(text)
		if err != nil || len(b) != size {
			return "", nil, errKey
		}
		point = append(point, b...)
	}
	k, err = ecdsa.ParseUncompressedPublicKey(curve, point) // which must lie on the curve
	return kind, k, err
}

func decode(text string) ([]byte, error) {
	if text == "" {
		return nil, errKey
	}
	return base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
}
