package broker

import (
	"encoding/json"
	"errors"
	"time"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/delay"
	"github.com/hutchmq/hutchmq/message"
	"github.com/hutchmq/hutchmq/schedule"
)

// checkSchedule refuses what is no schedule.
func checkSchedule(r *definitions.Parameter) (*schedule.Schedule, error) {
	if r.Name == "" || len(r.Name) > schedule.MaxName {
		return nil, ParameterError("the name of a schedule should have 1 to 255 bytes")
	}
	s, err := schedule.Parse(r.Value)
	if err == nil {
		_, err = scheduledMessage(s, r.Name, time.UnixMilli(0))
	}
	if err != nil {
		return nil, ParameterError("schedule " + r.Name + ": " + err.Error())
	}
	return s, nil
}

// scheduledMessage is what is published at a time.
func scheduledMessage(s *schedule.Schedule, name string, at time.Time) (*message.Message, error) {
	headers, err := Arguments(s.Properties.Headers)
	if err != nil {
		return nil, err
	}
	if headers == nil {
		headers = amqp.Table{}
	}
	headers["x-schedule"] = name
	p := amqp.Properties{
		ContentType: s.Properties.ContentType, ContentEncoding: s.Properties.ContentEncoding, Headers: headers,
		DeliveryMode: s.Properties.DeliveryMode, Priority: s.Properties.Priority, CorrelationID: s.Properties.CorrelationID,
		ReplyTo: s.Properties.ReplyTo, Expiration: s.Properties.Expiration, MessageID: s.Properties.MessageID,
		Timestamp: uint64(at.Unix()), Type: s.Properties.Type, AppID: s.Properties.AppID,
	}
	for _, text := range []string{
		s.Exchange, s.RoutingKey, p.ContentType, p.ContentEncoding, p.CorrelationID, p.ReplyTo, p.Expiration, p.MessageID, p.Type, p.AppID,
	} {
		if len(text) > schedule.MaxName {
			return nil, errors.New("a name or property is longer than 255 bytes")
		}
	}
	if p.DeliveryMode == 0 {
		p.DeliveryMode = 2
	}
	header := amqp.AppendContentHeader(nil, amqp.BasicClass, uint64(len(s.Body)), &p)
	var h amqp.ContentHeader
	if err := amqp.ParseContentHeader(header, &h); err != nil {
		return nil, err
	}
	m, err := message.New(s.Exchange, s.RoutingKey, header, s.Body, &h)
	if err == nil {
		var w message.Wishes
		err = w.Read(header)
	}
	return m, err
}

// setSchedule makes a schedule, or changes it.
func (b Acting) setSchedule(r *definitions.Parameter) error {
	s, err := checkSchedule(r)
	if err != nil {
		return err
	}
	v, err := b.Vhost(r.Vhost)
	if err != nil {
		return err
	}
	b.schedules.changing.Lock()
	defer b.schedules.changing.Unlock()
	if !b.schedules.room(r) {
		return ParameterError("there are too many schedules in the vhost")
	}
	if err := b.keepParameter(r); err != nil {
		return err
	}
	return b.schedules.put(v, r.Name, s)
}

// Schedule is a schedule as faces see it.
type Schedule struct {
	schedule.Spec
	Vhost, Name    string
	NextMs, LastMs int64 // Unix milliseconds; 0: there is none, it never ran
	Runs           uint64
}

// Schedules lists those of a vhost, in no order.
func (b *Broker) Schedules(vhostName string) (list []Schedule) {
	b.schedules.mu.Lock()
	defer b.schedules.mu.Unlock()
	for name, p := range b.schedules.in[vhostName] {
		list = append(list, Schedule{p.Spec, vhostName, name, p.atMs, p.lastMs, p.runs})
	}
	return list
}

// RunSchedule publishes what a schedule publishes, now; the schedule goes on as
// before.
func (s *Session) RunSchedule(name string) error {
	ss := &s.c.b.schedules
	ss.mu.Lock()
	p := ss.in[s.v.Name][name]
	ss.mu.Unlock()
	if p == nil {
		return ErrNoSchedule
	}
	if _, err := s.writable(p.Exchange); err != nil {
		return err
	}
	m, err := scheduledMessage(p.Schedule, name, time.Now())
	if err != nil {
		return err
	}
	h, err := s.v.OpenDelayed()
	if err == nil {
		h.Hold(nil, []delay.Held{{Message: m, Due: time.Now().UnixMilli()}})
		s.c.b.By(s.c.actor()).Note("schedule.run", amqp.Table{"name": name, "vhost": s.v.Name})
	}
	return err
}

// ErrNoSchedule tells of a schedule that is not there.
var ErrNoSchedule = errors.New("no such schedule")

// MaySchedule refuses a user who may not publish to the exchange of a schedule.
func (s *Session) MaySchedule(value []byte) error {
	spec, err := schedule.Parse(value)
	if err != nil {
		return ParameterError(err.Error())
	}
	return s.needExchange(auth.Write, spec.Exchange)
}

// ScheduleSpec is what a schedule says.
type ScheduleSpec = schedule.Spec

// EnabledSchedule is a schedule that is on, or off.
func EnabledSchedule(value []byte, on bool) ([]byte, error) {
	s, err := schedule.Parse(value)
	if err != nil {
		return nil, ParameterError(err.Error())
	}
	s.Enabled = &on
	return json.Marshal(&s.Spec)
}
