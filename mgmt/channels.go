package mgmt

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	contract "github.com/hutchmq/hutchmq/queue"
)

func (a *API) channelRoutes(r chi.Router) {
	r.Get("/api/channels", a.inVhost(a.channels))
	r.Get("/api/vhosts/{vhost}/channels", a.inVhost(a.channels))
	r.Get("/api/connections/{name}/channels", a.asManager(a.connectionChannels))
	r.Get("/api/channels/{name}", a.asManager(a.channel))
}

// farEnd is who is at the other end of a connection.
type farEnd struct {
	Name     string `json:"name"` // of the connection
	PeerHost string `json:"peer_host"`
	PeerPort int    `json:"peer_port"`
}

func farEndOf(c *broker.Connection) farEnd { return farEnd{c.Name, c.PeerHost, c.PeerPort} }

// channelRef is a channel where something else speaks of it.
type channelRef struct {
	ConnectionName string `json:"connection_name"`
	Name           string `json:"name"`
	Node           string `json:"node"`
	Number         uint16 `json:"number"`
	PeerHost       string `json:"peer_host"`
	PeerPort       int    `json:"peer_port"`
	User           string `json:"user"`
}

func (a *API) refer(s *broker.Session) channelRef {
	c := s.Connection()
	return channelRef{c.Name, s.Name(), a.node, s.Number(), c.PeerHost, c.PeerPort, c.User.Name}
}

// channel is a channel as RabbitMQ's API shows it.
type channel struct {
	Name            string        `json:"name"`
	Number          uint16        `json:"number"`
	Node            string        `json:"node"`
	Vhost           string        `json:"vhost"`
	User            string        `json:"user"`
	ActingUser      string        `json:"user_who_performed_action"`
	State           string        `json:"state"` // "running" or "flow"
	IdleSince       string        `json:"idle_since,omitempty"`
	Confirm         bool          `json:"confirm"`
	Transactional   bool          `json:"transactional"`
	Prefetch        int           `json:"prefetch_count"`
	GlobalPrefetch  int           `json:"global_prefetch_count"`
	Consumers       int           `json:"consumer_count"`
	Unacked         int           `json:"messages_unacknowledged"`
	Unconfirmed     int           `json:"messages_unconfirmed"`
	Uncommitted     int           `json:"messages_uncommitted"`
	AcksUncommitted int           `json:"acks_uncommitted"`
	Connection      farEnd        `json:"connection_details"`
	MessageStats    *channelStats `json:"message_stats,omitempty"`
	*channelTraffic
}

// channelTraffic are what a channel deals with.
type channelTraffic struct {
	ConsumerDetails []consumer     `json:"consumer_details"`
	Publishes       []publishing   `json:"publishes"`
	Deliveries      []fromDelivery `json:"deliveries"`
}

// publishing is what a channel published to an exchange.
type publishing struct {
	Exchange resource     `json:"exchange"`
	Stats    publishStats `json:"stats"`
}

// fromDelivery is what a channel got from a queue.
type fromDelivery struct {
	Queue resource     `json:"queue"`
	Stats deliverStats `json:"stats"`
}

func (a *API) showChannel(s *broker.Session, asked *ranges) channel {
	c, st := s.Connection(), s.State()
	shown := channel{
		Name: s.Name(), Number: s.Number(), Node: a.node, Vhost: s.VhostName(), User: c.User.Name, ActingUser: c.User.Name,
		State: "running", IdleSince: idleSince(s.IdleSince(), asked.now), Confirm: st.Confirm, Transactional: st.Transactional,
		Prefetch: st.Prefetch, GlobalPrefetch: st.GlobalPrefetch, Consumers: st.Consumers, Unacked: st.Unacked,
		Unconfirmed: st.Unconfirmed, Uncommitted: st.Uncommitted, AcksUncommitted: st.AcksUncommitted, Connection: farEndOf(c),
	}
	if st.Flow {
		shown.State = "flow"
	}
	n := counted{s.Traffic(), history{{&s.Past, func() []uint64 { return broker.TrafficRow(s.Traffic()) }}}, asked}
	shown.MessageStats = n.channel()
	return shown
}

func (a *API) channelTraffic(s *broker.Session, asked *ranges) *channelTraffic {
	t := channelTraffic{[]consumer{}, []publishing{}, []fromDelivery{}}
	for _, c := range s.Consumers() {
		t.ConsumerDetails = append(t.ConsumerDetails, a.showConsumer(&c))
	}
	for _, p := range s.Published() {
		t.Publishes = append(t.Publishes, publishing{resource{p.Exchange.Name, s.VhostName()}, publishedStats(p, asked)})
	}
	for _, d := range s.Delivered() {
		t.Deliveries = append(t.Deliveries, fromDelivery{resource{d.Queue.Name, d.Queue.Vhost}, deliveredStats(d, asked)})
	}
	slices.SortFunc(t.Publishes, func(x, y publishing) int { return cmp.Compare(x.Exchange.Name, y.Exchange.Name) })
	slices.SortFunc(t.Deliveries, func(x, y fromDelivery) int { return cmp.Compare(x.Queue.Name, y.Queue.Name) })
	return &t
}

// channelKeys are what channels are sorted by without rendering them.
var channelKeys = map[string]func(*broker.Session) sorter{
	"vhost":                                  func(s *broker.Session) sorter { return byText(s.VhostName()) },
	"name":                                   func(s *broker.Session) sorter { return byText(s.Name()) },
	"user":                                   func(s *broker.Session) sorter { return byText(s.Connection().User.Name) },
	"connection":                             func(s *broker.Session) sorter { return byNumber(s.Connection().ID) },
	"number":                                 func(s *broker.Session) sorter { return byNumber(int(s.Number())) },
	"consumer_count":                         func(s *broker.Session) sorter { return byNumber(s.State().Consumers) },
	"prefetch_count":                         func(s *broker.Session) sorter { return byNumber(s.State().Prefetch) },
	"messages_unacknowledged":                func(s *broker.Session) sorter { return byNumber(s.State().Unacked) },
	"message_stats.publish_details.rate":     sessionRate(int(contract.Published)),
	"message_stats.deliver_get_details.rate": sessionRate(delivering...),
	"message_stats.ack_details.rate":         sessionRate(int(contract.Acked)),
	"messages_unconfirmed":                   func(s *broker.Session) sorter { return byNumber(s.State().Unconfirmed) },
}

// sessionRate sorts by how fast the sum of columns of a session's history
// grows.
func sessionRate(columns ...int) func(*broker.Session) sorter {
	return func(s *broker.Session) sorter { return byNumber(s.Past.Rate(columns...)) }
}

func (a *API) listChannels(w http.ResponseWriter, r *http.Request, rows []*broker.Session) {
	asked, ok := askedRanges(w, r)
	if !ok {
		return
	}
	list[*broker.Session]{
		name: func(s *broker.Session) string { return s.Name() }, order: []string{"connection", "number"}, keys: channelKeys,
		show: func(s *broker.Session) any { return a.showChannel(s, &asked) },
	}.answer(w, r, rows)
}

// channels answers those that u may see.
func (a *API) channels(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if given(r, "vhost") && !a.hasVhost(r) {
		notHere(w, r)
		return
	}
	a.listChannels(w, r, slices.DeleteFunc(a.broker.Sessions(), func(s *broker.Session) bool {
		return !a.owns(u, s.Connection()) || given(r, "vhost") && s.VhostName() != parameter(r, "vhost")
	}))
}

func (a *API) connectionChannels(w http.ResponseWriter, r *http.Request, u *auth.User) {
	if c := a.needConnection(w, r, u); c != nil {
		a.listChannels(w, r, c.Sessions())
	}
}

func (a *API) channel(w http.ResponseWriter, r *http.Request, u *auth.User) {
	s := a.broker.SessionNamed(parameter(r, "name"))
	if s == nil {
		notHere(w, r)
		return
	}
	if !a.owns(u, s.Connection()) {
		refuse(w, "User not authorised to access object")
		return
	}
	asked, ok := askedRanges(w, r)
	if !ok {
		return
	}
	shown := a.showChannel(s, &asked)
	shown.channelTraffic = a.channelTraffic(s, &asked)
	answerOne(w, r, shown)
}
