package mgmt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxBodyBytes bounds the body of a request.
const maxBodyBytes = 1 << 20

// maxBodyTime bounds how long the body of a request may take to come.
const maxBodyTime = 2 * time.Minute

// bounded is the body of r, of which at most maxBytes are read in a bounded
// time.
func bounded(w http.ResponseWriter, r *http.Request, maxBytes int64) io.ReadCloser {
	http.NewResponseController(w).SetReadDeadline(time.Now().Add(maxBodyTime)) // where it can be done
	return http.MaxBytesReader(w, r.Body, maxBytes)
}

// doublyEncoded is RabbitMQ's answer to a body that is a string.
const doublyEncoded = "invalid payload: the request body JSON-decoded to a string. Is the input doubly-JSON-encoded?"

// field is a key that a request's body must have, and where its value goes.
type field struct {
	key  string
	into any
	want string // the value in words: "a string"
}

// body is the object a request carries.
type body map[string]json.RawMessage

// decode reads fields from the JSON object in the body of r. When it cannot,
// it answers 400 and returns false.
func decode(w http.ResponseWriter, r *http.Request, fields ...field) bool {
	var b body
	if err := json.NewDecoder(bounded(w, r, maxBodyBytes)).Decode(&b); err != nil {
		bad(w, "not_json")
		return false
	}
	return b.need(w, fields...)
}

// read is the object in the body of r, of at most maxBytes. None is an empty
// one. When it is no object, read answers 400 and returns false.
func read(w http.ResponseWriter, r *http.Request, maxBytes int64) (body, bool) {
	text, err := io.ReadAll(bounded(w, r, maxBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		fail(w, http.StatusBadRequest, "bad_request", "the body is larger than "+strconv.FormatInt(maxBytes, 10)+" bytes")
		return nil, false
	}
	text = bytes.TrimSpace(text)
	if err == nil && len(text) == 0 {
		return body{}, true
	}
	var b body
	if err == nil {
		err = json.Unmarshal(text, &b)
	}
	switch {
	case err == nil:
		return b, true
	case text[0] == '"' && json.Valid(text):
		bad(w, doublyEncoded)
	default:
		bad(w, "not_json")
	}
	return nil, false
}

// need reads fields that must be there. When it cannot, it answers 400 and
// returns false.
func (b body) need(w http.ResponseWriter, fields ...field) bool {
	var missing []string
	for _, f := range fields {
		if _, ok := b[f.key]; !ok {
			missing = append(missing, "{key_missing,"+f.key+"}")
		}
	}
	if len(missing) > 0 {
		bad(w, "["+strings.Join(missing, ",")+"]")
		return false
	}
	for _, f := range fields {
		if string(b[f.key]) == "null" {
			bad(w, f.key+" should be "+f.want)
			return false
		}
	}
	return b.take(w, fields...)
}

// take reads fields that may be there.
func (b body) take(w http.ResponseWriter, fields ...field) bool {
	for _, f := range fields {
		if err := b.one(f); err != nil {
			bad(w, err.Error())
			return false
		}
	}
	return true
}

// one reads a field that may be there.
func (b body) one(f field) error {
	value, ok := b[f.key]
	if !ok || string(value) == "null" {
		return nil
	}
	if json.Unmarshal(value, f.into) != nil {
		return fmt.Errorf("%s should be %s", f.key, f.want)
	}
	return nil
}

// flag is a boolean, or one in quotes, as scripts send it.
type flag bool

// UnmarshalJSON implements json.Unmarshaler.
func (f *flag) UnmarshalJSON(text []byte) error {
	b, err := strconv.ParseBool(strings.Trim(string(text), `"`))
	*f = flag(b)
	return err
}

// number is a whole number, or one in quotes.
type number int

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(text []byte) error {
	i, err := strconv.Atoi(strings.Trim(string(text), `"`))
	*n = number(i)
	return err
}

// What fields should be, in words.
const (
	aString  = "a string"
	aFlag    = "true or false"
	aNumber  = "a whole number"
	anObject = "an object"
)

// maxNameBytes bounds what AMQP sends as a short string: names and keys.
const maxNameBytes = 255

// fits answers 400 when a name or key is longer than AMQP can say.
func fits(w http.ResponseWriter, what, name string) bool {
	if len(name) > maxNameBytes {
		bad(w, "the "+what+" is longer than "+strconv.Itoa(maxNameBytes)+" bytes")
		return false
	}
	return true
}
