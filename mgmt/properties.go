package mgmt

import (
	"fmt"
	"strconv"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

// properties are the properties of a message as RabbitMQ's API has them.
type properties struct {
	ContentType     string             `json:"content_type,omitempty"`
	ContentEncoding string             `json:"content_encoding,omitempty"`
	Headers         definitions.Object `json:"headers,omitzero"`
	DeliveryMode    uint8              `json:"delivery_mode,omitempty"`
	Priority        uint8              `json:"priority,omitempty"`
	CorrelationID   string             `json:"correlation_id,omitempty"`
	ReplyTo         string             `json:"reply_to,omitempty"`
	Expiration      string             `json:"expiration,omitempty"`
	MessageID       string             `json:"message_id,omitempty"`
	Timestamp       uint64             `json:"timestamp,omitempty"`
	Type            string             `json:"type,omitempty"`
	UserID          string             `json:"user_id,omitempty"`
	AppID           string             `json:"app_id,omitempty"`
	ClusterID       string             `json:"cluster_id,omitempty"`
}

// showProperties are those in a content header.
func showProperties(header []byte) properties {
	p, err := amqp.ParseProperties(header)
	if err != nil { // not of a header that was checked
		return properties{}
	}
	shown := properties{
		ContentType: p.ContentType, ContentEncoding: p.ContentEncoding,
		DeliveryMode: p.DeliveryMode, Priority: p.Priority, CorrelationID: p.CorrelationID, ReplyTo: p.ReplyTo,
		Expiration: p.Expiration, MessageID: p.MessageID, Timestamp: p.Timestamp, Type: p.Type, UserID: p.UserID,
		AppID: p.AppID, ClusterID: p.ClusterID,
	}
	if p.Headers != nil {
		shown.Headers = broker.Plain(p.Headers)
	}
	return shown
}

// header is the content header with properties p, for a body of so many bytes.
func (p *properties) header(bodyBytes int) ([]byte, error) {
	headers, err := broker.Arguments(p.Headers)
	if err != nil {
		return nil, err
	}
	out := amqp.Properties{
		ContentType: p.ContentType, ContentEncoding: p.ContentEncoding, Headers: headers,
		DeliveryMode: p.DeliveryMode, Priority: p.Priority, CorrelationID: p.CorrelationID, ReplyTo: p.ReplyTo,
		Expiration: p.Expiration, MessageID: p.MessageID, Timestamp: p.Timestamp, Type: p.Type, UserID: p.UserID,
		AppID: p.AppID, ClusterID: p.ClusterID,
	}
	for _, text := range []string{
		p.ContentType, p.ContentEncoding, p.CorrelationID, p.ReplyTo, p.Expiration, p.MessageID, p.Type, p.UserID, p.AppID, p.ClusterID,
	} {
		if len(text) > maxNameBytes {
			return nil, fmt.Errorf("a property is longer than %d bytes", maxNameBytes)
		}
	}
	header := amqp.AppendContentHeader(nil, amqp.BasicClass, uint64(bodyBytes), &out)
	if len(header) > maxHeaderBytes {
		return nil, fmt.Errorf("the properties are larger than %d bytes", maxHeaderBytes)
	}
	return header, nil
}

// maxHeaderBytes bounds the properties of a message: a client has to get them
// in one frame, of a size that it may choose no smaller.
const maxHeaderBytes = 120 << 10

// take reads p from a JSON object. Numbers may stand in quotes, and an
// expiration may be a number.
func (p *properties) take(in body) error {
	var mode, priority, timestamp number
	for _, f := range []field{
		{"content_type", &p.ContentType, aString}, {"content_encoding", &p.ContentEncoding, aString},
		{"headers", &p.Headers, anObject}, {"delivery_mode", &mode, aNumber}, {"priority", &priority, aNumber},
		{"correlation_id", &p.CorrelationID, aString}, {"reply_to", &p.ReplyTo, aString},
		{"expiration", (*expiration)(&p.Expiration), "a number of milliseconds"},
		{"message_id", &p.MessageID, aString}, {"timestamp", &timestamp, aNumber}, {"type", &p.Type, aString},
		{"user_id", &p.UserID, aString}, {"app_id", &p.AppID, aString}, {"cluster_id", &p.ClusterID, aString},
	} {
		if err := in.one(f); err != nil {
			return err
		}
	}
	if mode < 0 || mode > 255 || priority < 0 || priority > 255 || timestamp < 0 {
		return fmt.Errorf("delivery_mode and priority should be between 0 and 255, and timestamp no less than 0")
	}
	p.DeliveryMode, p.Priority, p.Timestamp = uint8(mode), uint8(priority), uint64(timestamp)
	return nil
}

// expiration is the decimal number of an expiration, in quotes or not.
type expiration string

// UnmarshalJSON implements json.Unmarshaler.
func (e *expiration) UnmarshalJSON(text []byte) error {
	s, err := strconv.Unquote(string(text))
	if err != nil {
		s = string(text)
		_, err = strconv.ParseInt(s, 10, 64)
	}
	*e = expiration(s)
	return err
}
