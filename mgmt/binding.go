package mgmt

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/definitions"
)

// binding is a binding as RabbitMQ's API shows it.
type binding struct {
	Source          string             `json:"source"`
	Vhost           string             `json:"vhost"`
	Destination     string             `json:"destination"`
	DestinationType string             `json:"destination_type"`
	RoutingKey      string             `json:"routing_key"`
	Arguments       definitions.Object `json:"arguments"`
	PropertiesKey   string             `json:"properties_key"`
}

func showBinding(b broker.Binding) binding {
	return binding{
		b.Source, b.Vhost, b.Destination, destinationType(b.ToExchange), b.Key, broker.Plain(b.Arguments), propertiesKey(b),
	}
}

func destinationType(toExchange bool) string {
	if toExchange {
		return "exchange"
	}
	return "queue"
}

// propertiesKey tells apart the bindings of the same two ends: by the routing
// key, percent-encoded, and a digest of the arguments if there are any. "~" is
// neither.
func propertiesKey(b broker.Binding) string {
	key := strings.ReplaceAll(url.QueryEscape(b.Key), "~", "%7E")
	if len(b.Arguments) > 0 {
		text, _ := json.Marshal(broker.Plain(b.Arguments)) // Plain leaves nothing that JSON cannot say
		digest := sha256.Sum256(text)
		return key + "~" + base64.RawURLEncoding.EncodeToString(digest[:16])
	}
	if key == "" {
		return "~"
	}
	return key
}
