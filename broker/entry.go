package broker

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/definitions"
)

// ResultOK is the result of what was done; any other is why it was not.
const ResultOK = "ok"

// Entry is a change on record, or one that was refused.
type Entry struct {
	ID       uint64             `json:"id"`      // grows with time
	AtMs     int64              `json:"time"`    // Unix milliseconds
	User     string             `json:"user"`    // "rmq-internal" is the broker itself
	Via      string             `json:"via"`     // a protocol, "definitions", or "" from within
	From     string             `json:"from"`    // a connection or an address
	Action   string             `json:"action"`  // "queue.created"
	Vhost    string             `json:"vhost"`   // "" none
	Name     string             `json:"name"`    // of what it is about
	Said     definitions.Object `json:"details"` // never a password
	Result   string             `json:"result"`
	Repeated int                `json:"repeated,omitempty"` // how often more, not on record, before this one
}

// reasonOf is what is wrong, without AMQP's name for it.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*amqp.Error](err); ok {
		return e.Reason
	}
	return err.Error()
}

// about are the keys whose value says what an entry is about, the first one
// that is there.
var about = []string{"name", "destination_name", "user"}

// say moves what is said to where it belongs.
func (e *Entry) say(t amqp.Table) {
	o := object(t)
	e.Vhost, _ = o["vhost"].(string)
	delete(o, "vhost")
	delete(o, actor)
	for _, key := range about {
		if name, ok := o[key].(string); ok {
			e.Name = name
			delete(o, key)
			break
		}
	}
	e.Said = o
}

// clip bounds a text of somebody else's.
func clip(s string) string {
	if len(s) > maxEntryBytes/4 {
		return strings.ToValidUTF8(s[:maxEntryBytes/4], "") + "…"
	}
	return s
}

// encode is e as it is stored. What says too much is left out.
func (e *Entry) encode() ([]byte, error) {
	text, err := json.Marshal(e.Said)
	if err != nil || len(text) > maxEntryBytes {
		e.Said = definitions.Object{"too_large": len(text)}
	}
	return json.Marshal(e)
}

// entryPrefix begins the store keys of the audit log:
//
//	audit/<8 bytes: 2^64-1 less the id, so that the newest comes first>
const entryPrefix = "audit/"

func entryKey(id uint64) []byte { return binary.BigEndian.AppendUint64([]byte(entryPrefix), ^id) }

func entryID(key []byte) (uint64, bool) {
	rest := key[len(entryPrefix):]
	if len(rest) != 8 {
		return 0, false
	}
	return ^binary.BigEndian.Uint64(rest), true
}
