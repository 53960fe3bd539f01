package mgmt

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"
)

// encodedPath has routes match the path as it was sent, so that a name may
// hold a slash; parameter decodes it. A slash at the end does not count.
func encodedPath(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := r.URL.EscapedPath()
		if len(p) > 1 {
			p = strings.TrimSuffix(p, "/")
		}
		chi.RouteContext(r.Context()).RoutePath = p
		next.ServeHTTP(w, r)
	})
}

// parameter is a part of the path, decoded once. A + stays what it is.
func parameter(r *http.Request, key string) string {
	s, err := url.PathUnescape(chi.URLParam(r, key))
	if err != nil {
		return chi.URLParam(r, key)
	}
	return s
}

// given reports whether the route has a part of that name.
func given(r *http.Request, key string) bool { return chi.URLParam(r, key) != "" }

// methods are all that a route may take, in the order Allow names them.
var methods = []string{http.MethodGet, http.MethodPut, http.MethodPost, http.MethodPatch, http.MethodDelete}

// allowed names the methods that a path takes, or is empty where nothing is.
func allowed(routes chi.Routes, path string) string {
	var list []string
	for _, m := range methods {
		if !routes.Match(chi.NewRouteContext(), m, path) {
			continue
		}
		if m == http.MethodGet {
			list = append(list, http.MethodHead)
		}
		list = append(list, m)
	}
	if list == nil {
		return ""
	}
	return strings.Join(append(list, http.MethodOptions), ", ")
}

// verbs answers HEAD like GET, OPTIONS everywhere, and 405 with what is
// allowed. It comes after encodedPath.
func verbs(routes chi.Routes) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rc := chi.RouteContext(r.Context())
			method := r.Method
			if method == http.MethodHead {
				method = http.MethodGet
				rc.RouteMethod = method
			}
			if routes.Match(chi.NewRouteContext(), method, rc.RoutePath) {
				next.ServeHTTP(w, r)
				return
			}
			list := allowed(routes, rc.RoutePath)
			switch {
			case list == "":
				notHere(w, r)
			case method == http.MethodOptions:
				w.Header().Set("Allow", list)
			default:
				w.Header().Set("Allow", list)
				w.WriteHeader(http.StatusMethodNotAllowed)
			}
		})
	}
}
