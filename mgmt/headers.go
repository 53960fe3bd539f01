package mgmt

import (
	"mime"
	"net/http"
	"strings"
)

const apiPrefix = "/api/"

// headers puts on every answer of the API what keeps browsers from guessing,
// caching and running it, and refuses who will not take JSON.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, apiPrefix) {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h.Set("Vary", "accept, accept-encoding, origin")
		h.Set("Cache-Control", "no-cache")
		h.Set("Content-Security-Policy", "script-src 'self'; object-src 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "SAMEORIGIN")
		if !takesJSON(r) {
			w.WriteHeader(http.StatusNotAcceptable)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// jsonTypes are the types in Accept that JSON may answer. Erlang's is one of
// them: who asks for it takes JSON as well.
var jsonTypes = map[string]bool{
	"*/*": true, "application/*": true, "application/json": true, "application/bert": true, "text/event-stream": true,
	"application/problem+json": true,
}

// takesJSON reports whether JSON may answer r. What Accept says is bounded by
// the size of all headers.
func takesJSON(r *http.Request) bool {
	accept := r.Header.Values("Accept")
	if len(accept) == 0 {
		return true
	}
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		kind, _, err := mime.ParseMediaType(part)
		if (err == nil || kind != "") && jsonTypes[kind] || strings.TrimSpace(part) == "" {
			return true
		}
	}
	return false
}
