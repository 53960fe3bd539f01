package auth

import (
	"strings"
	"testing"
)

func TestVerify(t *testing.T) {
	// The hash of test12 with salt 908dc60a is the example of RabbitMQ's manual.
	tests := []struct {
		name, algorithm, encoded, password string
		want                               bool
	}{
		{"example of the manual", SHA256, "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR", "test12", true},
		{"default algorithm", "", "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR", "test12", true},
		{"wrong password", SHA256, "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR", "test13", false},
		{"other algorithm", SHA512, "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR", "test12", false},
		{"unknown algorithm", "rot13", "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR", "test12", false},
		{"empty hash", SHA256, "", "", false},
		{"empty hash, any password", SHA256, "", "guest", false},
		{"salt without hash", SHA256, "kI3GCg==", "", false},
		{"not base64", SHA256, "!" + strings.Repeat("A", 47), "guest", false},
	}
	for _, tt := range tests {
		if got := Verify(tt.algorithm, tt.encoded, tt.password); got != tt.want {
			t.Errorf("%s: Verify = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestHashVerifies(t *testing.T) {
	for _, algorithm := range []string{"", SHA256, SHA512, MD5} {
		for _, password := range []string{"guest", "ü ☃", strings.Repeat("x", 1000)} {
			encoded, err := Hash(algorithm, password)
			if err != nil {
				t.Fatalf("Hash(%q, %q): %v", algorithm, password, err)
			}
			if !Verify(algorithm, encoded, password) || Verify(algorithm, encoded, password+"x") {
				t.Errorf("Hash(%q, %q) = %q: verifies the wrong password, or not the right one", algorithm, password, encoded)
			}
		}
	}
}

func TestHashIsSalted(t *testing.T) {
	a, _ := Hash(SHA256, "guest")
	b, _ := Hash(SHA256, "guest")
	if a == b {
		t.Errorf("two hashes of one password are both %q", a)
	}
}

func TestHashRefuses(t *testing.T) {
	if _, err := Hash(SHA256, ""); err == nil {
		t.Error("an empty password was hashed")
	}
	if _, err := Hash("rot13", "guest"); err == nil || !strings.Contains(err.Error(), "rot13") {
		t.Errorf("unknown algorithm: error %v", err)
	}
}
