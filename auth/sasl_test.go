package auth

import (
	"bytes"
	"errors"
	"testing"
)

func TestPlain(t *testing.T) {
	tests := []struct {
		response string
		want     Credentials
		err      error
	}{
		{"\x00guest\x00secret", Credentials{"guest", "secret"}, nil},
		{"guest\x00guest\x00secret", Credentials{"guest", "secret"}, nil},
		{"\x00\x00", Credentials{}, nil},
		{"root\x00guest\x00secret", Credentials{}, ErrMalformed},
		{"", Credentials{}, ErrMalformed},
		{"guest\x00secret", Credentials{}, ErrMalformed},
		{"\x00guest\x00sec\x00ret", Credentials{}, ErrMalformed},
	}
	for _, tt := range tests {
		if got, err := Plain([]byte(tt.response)); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("Plain(%q) = %+v, %v; want %+v, %v", tt.response, got, err, tt.want, tt.err)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte("\x00guest\x00guest"))
	f.Add([]byte("a\x00a\x00"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, response []byte) {
		c, err := Plain(response)
		if err == nil && !bytes.HasSuffix(response, []byte("\x00"+c.User+"\x00"+c.Password)) {
			t.Errorf("Plain(%q) = %+v", response, c)
		}
	})
}
