package mgmt

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestCutOff: an answer that is cut off does not look whole.
func TestCutOff(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write(make([]byte, 100_000))
		cutOff(w)
	}))
	defer s.Close()
	r, err := http.Get(s.URL)
	if err != nil {
		return // not even its beginning came
	}
	defer r.Body.Close()
	if b, err := io.ReadAll(r.Body); err == nil {
		t.Errorf("%d bytes, and then a proper end", len(b))
	}
}
