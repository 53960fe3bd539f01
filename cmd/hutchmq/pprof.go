//go:build pprof

package main

import (
	"net/http"
	_ "net/http/pprof" // on http.DefaultServeMux
	"os"
)

// A binary built for it (make pgo) serves net/http/pprof where HUTCHMQ_PPROF
// says. The one that users get has none of this.
func init() {
	if addr := os.Getenv("HUTCHMQ_PPROF"); addr != "" {
		go http.ListenAndServe(addr, nil)
	}
}
