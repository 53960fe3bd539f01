// Package schedule says when something that is published again and again is
// due next: by a cron expression or an interval. It knows no clock, no exchange
// and no disk.
package schedule

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/netresearch/go-cron"

	"github.com/hutchmq/hutchmq/definitions"
)

// Spec is a schedule as people write it.
type Spec struct {
	Cron            string     `json:"cron,omitempty"`      // 5 fields, 6 with seconds, or @daily and the like
	Every           string     `json:"every,omitempty"`     // a duration such as 90s, 15m, 24h
	TimeZone        string     `json:"time_zone,omitempty"` // of cron, by its IANA name; "" is UTC
	Exchange        string     `json:"exchange"`
	RoutingKey      string     `json:"routing_key"`
	Payload         string     `json:"payload"`
	PayloadEncoding string     `json:"payload_encoding,omitempty"` // "string", which "" is, or "base64"
	Properties      Properties `json:"properties,omitzero"`
	Enabled         *bool      `json:"enabled,omitempty"` // nil: yes
	Missed          string     `json:"missed,omitempty"`  // one of Skip, which "" is, Once and All
	From            *time.Time `json:"from,omitempty"`    // no sooner
	Until           *time.Time `json:"until,omitempty"`   // no later
}

// Properties are those of what is published.
type Properties struct {
	ContentType     string             `json:"content_type,omitempty"`
	ContentEncoding string             `json:"content_encoding,omitempty"`
	Headers         definitions.Object `json:"headers,omitzero"`
	DeliveryMode    uint8              `json:"delivery_mode,omitempty"` // 0: persistent
	Priority        uint8              `json:"priority,omitempty"`
	CorrelationID   string             `json:"correlation_id,omitempty"`
	ReplyTo         string             `json:"reply_to,omitempty"`
	Expiration      string             `json:"expiration,omitempty"`
	MessageID       string             `json:"message_id,omitempty"`
	Type            string             `json:"type,omitempty"`
	AppID           string             `json:"app_id,omitempty"`
}

// What becomes of occurrences that were due while the node was down.
const (
	Skip = "skip" // they are passed over
	Once = "once" // the last is made up for
	All  = "all"  // all are, the last MaxMissed at most
)

// Bounds.
const (
	MaxMissed  = 1000
	MaxPayload = 256 << 10 // bytes
	MaxName    = 255       // bytes
	leastEvery = time.Second
	mostEvery  = 366 * 24 * time.Hour
	maxSteps   = 100_000 // that are looked at for those that were missed
)

// Schedule is a Spec that makes sense.
type Schedule struct {
	Spec
	Body []byte // what Payload says

	cron  cron.Schedule // nil: every
	every time.Duration
	zone  *time.Location
	mark  uint64
}

// parser takes 5 fields, 6 with seconds in front, and @daily and the like.
var parser = cron.NewParser(cron.SecondOptional | cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow | cron.Descriptor)

// Parse reads a Spec from JSON. The error is a sentence about what is wrong.
func Parse(text []byte) (*Schedule, error) {
	s := &Schedule{zone: time.UTC}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s.Spec); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	if err := errors.Join(s.parseTimes(), s.parsePayload()); err != nil {
		return nil, err
	}
	canonical, err := json.Marshal(&s.Spec)
	if err != nil {
		return nil, err
	}
	h := fnv.New64a()
	h.Write(canonical)
	s.mark = h.Sum64()
	return s, nil
}

// parseTimes reads what says when.
func (s *Schedule) parseTimes() (err error) {
	switch {
	case (s.Cron == "") == (s.Every == ""):
		return errors.New("name one of cron and every")
	case s.Missed != "" && s.Missed != Skip && s.Missed != Once && s.Missed != All:
		return fmt.Errorf("missed should be %s, %s or %s", Skip, Once, All)
	case s.From != nil && s.Until != nil && s.Until.Before(*s.From):
		return errors.New("until is before from")
	case s.TimeZone == "Local":
		return errors.New("time_zone should be the name of one, such as Europe/Berlin")
	}
	if s.zone, err = time.LoadLocation(s.TimeZone); err != nil {
		return fmt.Errorf("time_zone: %w", err)
	}
	every, repeats := strings.CutPrefix(s.Cron, "@every ")
	if s.Every != "" || repeats {
		return s.parseEvery(strings.TrimSpace(s.Every + every))
	}
	if strings.Contains(s.Cron, "TZ=") {
		return errors.New("cron: the time zone stands in time_zone")
	}
	if s.cron, err = parser.Parse(s.Cron); err != nil {
		return fmt.Errorf("cron: %w", err)
	}
	if s.cron.Next(time.Now().In(s.zone)).IsZero() {
		return errors.New("cron: that never is")
	}
	return nil
}

func (s *Schedule) parseEvery(text string) (err error) {
	if s.every, err = time.ParseDuration(text); err != nil {
		return errors.New("every should be a duration such as 90s, 15m or 24h")
	}
	if s.every < leastEvery || s.every > mostEvery || s.every%time.Millisecond != 0 {
		return fmt.Errorf("every should be between %v and %v", leastEvery, mostEvery)
	}
	return nil
}

func (s *Schedule) parsePayload() (err error) {
	switch s.PayloadEncoding {
	case "", "string":
		s.Body = []byte(s.Payload)
	case "base64":
		if s.Body, err = base64.StdEncoding.DecodeString(s.Payload); err != nil {
			return errors.New("payload is not base64")
		}
	default:
		return errors.New("payload_encoding should be string or base64")
	}
	if len(s.Body) > MaxPayload {
		return fmt.Errorf("payload is larger than %d bytes", MaxPayload)
	}
	return nil
}

// On reports whether the schedule is to be kept.
func (s *Schedule) On() bool { return s.Enabled == nil || *s.Enabled }

// Mark tells schedules apart that say something else.
func (s *Schedule) Mark() uint64 { return s.mark }

// Next is the first occurrence after a time; false when there is none. In a
// time zone, what the clocks skip comes as they show it an hour later, and what they
// repeat comes once.
func (s *Schedule) Next(after time.Time) (time.Time, bool) {
	if s.From != nil && after.Before(*s.From) {
		after = s.From.Add(-time.Millisecond)
	}
	var next time.Time
	if s.cron != nil {
		next = s.cronNext(after)
	} else {
		next = s.everyNext(after)
	}
	return next, !next.IsZero() && (s.Until == nil || !next.After(*s.Until))
}

// cronNext passes over what is the same on the clock as what came before it.
func (s *Schedule) cronNext(after time.Time) time.Time {
	after = after.In(s.zone)
	next := s.cron.Next(after)
	for !next.IsZero() && next.Sub(after) <= 2*time.Hour && s.again(next) {
		next = s.cron.Next(next)
	}
	return next
}

// again reports whether the clocks show t for the second time, of an occurrence
// at a time of the day: one of every hour or minute goes on.
func (s *Schedule) again(t time.Time) bool {
	_, offset := t.Zone()
	_, before := t.Add(-3 * time.Hour).Zone()
	if before <= offset {
		return false
	}
	first := t.Add(time.Duration(offset-before) * time.Second)
	return first.Hour() == t.Hour() && first.Minute() == t.Minute() && !s.hourly()
}

// hourly reports whether the field of the hours has a star.
func (s *Schedule) hourly() bool {
	fields := strings.Fields(s.Cron)
	return len(fields) < 5 || strings.ContainsAny(fields[len(fields)-4], "*?")
}

// everyNext counts intervals from From on, or from the beginning of 1970.
func (s *Schedule) everyNext(after time.Time) time.Time {
	var anchor int64
	if s.From != nil {
		anchor = s.From.UnixMilli()
	}
	step, ms := s.every.Milliseconds(), after.UnixMilli()-anchor
	n := ms / step
	if ms >= 0 {
		n++
	}
	return time.UnixMilli(anchor + n*step)
}

// Occurrences are those from one, at, on that are due by now: what is to be made
// up for of them, the oldest first, as Missed says.
func (s *Schedule) Occurrences(at, now time.Time) (list []time.Time) {
	for range maxSteps {
		if list = append(list, at); len(list) > MaxMissed {
			list = list[1:]
		}
		next, ok := s.Next(at)
		if !ok || next.After(now) {
			break
		}
		at = next
	}
	switch s.Missed {
	case All:
		return list
	case Once:
		return list[len(list)-1:]
	}
	return nil
}
