package mgmt

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/message"
)

func (a *API) publishRoutes(r chi.Router) {
	r.Post("/api/exchanges/{vhost}/{name}/publish", a.inVhost(a.publish))
}

// maxPublishBytes bounds the body of a request with a message in it, which is
// a third larger in base64 than the message.
const maxPublishBytes = 24 << 20

// maxPublishWait bounds how long a publish waits for the disk.
const maxPublishWait = 30 * time.Second

// publish publishes one message, waits until it is stored, and tells whether
// any queue got it.
func (a *API) publish(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if a.needExchange(w, r, "name") == nil {
		return
	}
	m, err := readMessage(w, r)
	if m == nil {
		if err != nil {
			problem(w, err)
		}
		return
	}
	if limit := a.maxMessageBytes; limit > 0 && uint64(m.Size()) > limit {
		problem(w, amqp.MessageTooLarge.New(m.Size(), limit))
		return
	}
	if alarm := a.broker.Alarm(); alarm != 0 {
		bad(w, "publishers are blocked: "+alarm.String())
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), maxPublishWait)
	defer cancel()
	var routed int
	stored := true
	err = a.session(r, u, func(s *broker.Session) (err error) {
		routed, stored, err = s.PublishStored(ctx, exchangeName(r, "name"), m)
		return err
	})
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		fail(w, http.StatusServiceUnavailable, "service_unavailable", "the message is not stored yet")
	case err != nil:
		problem(w, err)
	case !stored:
		bad(w, "Unable to publish message. Check queue limits.")
	default:
		answer(w, map[string]bool{"routed": routed > 0})
	}
}

// readMessage is the message in the body of r, or nil with 400 answered unless
// there is an error.
func readMessage(w http.ResponseWriter, r *http.Request) (*message.Message, error) {
	in, ok := read(w, r, maxPublishBytes)
	if !ok {
		return nil, nil
	}
	var key, payload, encoding string
	var given body
	if string(in["properties"]) == "[]" {
		in["properties"] = []byte("{}")
	}
	if !in.need(w, field{"routing_key", &key, aString}, field{"properties", &given, anObject},
		field{"payload", &payload, aString}, field{"payload_encoding", &encoding, aString}) || !fits(w, "routing key", key) {
		return nil, nil
	}
	var p properties
	if err := p.take(given); err != nil {
		return nil, broker.InvalidError(err.Error())
	}
	text, err := decodePayload(payload, encoding)
	if err != nil {
		return nil, err
	}
	header, err := p.header(len(text))
	if err != nil {
		return nil, broker.InvalidError(err.Error())
	}
	var h amqp.ContentHeader
	if err := amqp.ParseContentHeader(header, &h); err != nil {
		return nil, err
	}
	return message.New("", key, header, text, &h)
}

func decodePayload(payload, encoding string) ([]byte, error) {
	switch encoding {
	case "string":
		return []byte(payload), nil
	case "base64":
		text, err := base64.StdEncoding.DecodeString(payload)
		if err != nil {
			return nil, broker.InvalidError("the payload is not in base64")
		}
		return text, nil
	}
	return nil, broker.InvalidError("unsupported payload_encoding '" + encoding + "': use string or base64")
}
