package mgmt

import (
	"encoding/json"
	"net/http"
	"strings"
)

// maxBodyBytes bounds the body of a request.
const maxBodyBytes = 1 << 20

// field is a key that a request's body must have, and where its value goes.
type field struct {
	key  string
	into any
	want string // the value in words: "a string"
}

// decode reads fields from the JSON object in the body of r. When it cannot,
// it answers 400 and returns false.
func decode(w http.ResponseWriter, r *http.Request, fields ...field) bool {
	var body map[string]json.RawMessage
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBodyBytes)).Decode(&body); err != nil {
		bad(w, "not_json")
		return false
	}
	var missing []string
	for _, f := range fields {
		if _, ok := body[f.key]; !ok {
			missing = append(missing, "{key_missing,"+f.key+"}")
		}
	}
	if len(missing) > 0 {
		bad(w, "["+strings.Join(missing, ",")+"]")
		return false
	}
	for _, f := range fields {
		if string(body[f.key]) == "null" || json.Unmarshal(body[f.key], f.into) != nil {
			bad(w, f.key+" should be "+f.want)
			return false
		}
	}
	return true
}

func bad(w http.ResponseWriter, reason string) {
	fail(w, http.StatusBadRequest, "bad_request", reason)
}

// done answers a change that was made, or one that failed for no fault of the
// client's.
func done(w http.ResponseWriter, err error) {
	if err != nil {
		fail(w, http.StatusInternalServerError, "internal_server_error", err.Error())
		return
	}
	w.WriteHeader(http.StatusNoContent)
}
