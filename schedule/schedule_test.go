package schedule

import (
	"strings"
	"testing"
	"time"
)

func parse(t *testing.T, text string) *Schedule {
	t.Helper()
	s, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return s
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return moment
}

// TestNext: where clocks change, an occurrence comes neither twice nor not at
// all.
func TestNext(t *testing.T) {
	for _, c := range []struct{ spec, after, want string }{
		{`"cron":"0 9 * * 1-5"`, "2026-11-20T09:00:00Z", "2026-11-23T09:00:00Z 2026-11-24T09:00:00Z"},
		{`"cron":"*/10 * * * * *"`, "2026-11-20T09:00:00Z", "2026-11-20T09:00:10Z 2026-11-20T09:00:20Z"},
		{`"cron":"@daily"`, "2026-11-20T09:00:00Z", "2026-11-21T00:00:00Z 2026-11-22T00:00:00Z"},
		{`"cron":"@every 90s"`, "2026-11-20T09:00:00Z", "2026-11-20T09:01:30Z 2026-11-20T09:03:00Z"},
		{`"every":"15m"`, "2026-11-20T09:00:01Z", "2026-11-20T09:15:00Z 2026-11-20T09:30:00Z"},
		{`"every":"1h","from":"2026-11-20T09:20:00Z"`, "2026-11-20T07:00:00Z", "2026-11-20T09:20:00Z 2026-11-20T10:20:00Z"},
		{`"cron":"0 9 * * *","until":"2026-11-21T09:00:00Z"`, "2026-11-20T09:00:00Z", "2026-11-21T09:00:00Z -"},
		// Clocks go from 2:00 to 3:00 on 2026-03-29, and from 3:00 to 2:00 on 2026-10-25.
		{`"cron":"30 9 * * *","time_zone":"Europe/Berlin"`, "2026-03-28T08:30:00Z", "2026-03-29T07:30:00Z 2026-03-30T07:30:00Z"},
		{`"cron":"30 2 * * *","time_zone":"Europe/Berlin"`, "2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z 2026-03-30T00:30:00Z"},
		{`"cron":"30 2 * * *","time_zone":"Europe/Berlin"`, "2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z"},
		{`"cron":"0 * * * *","time_zone":"Europe/Berlin"`, "2026-10-24T23:30:00Z", "2026-10-25T00:00:00Z 2026-10-25T01:00:00Z"},
		{`"cron":"0 * * * *","time_zone":"Europe/Berlin"`, "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z 2026-03-29T02:00:00Z"},
	} {
		s := parse(t, "{"+c.spec+"}")
		from, got := at(t, c.after), []string{}
		for range 2 {
			next, ok := s.Next(from)
			if !ok {
				got = append(got, "-")
				break
			}
			got = append(got, next.UTC().Format(time.RFC3339))
			from = next
		}
		if list := strings.Join(got, " "); list != c.want {
			t.Errorf("%s after %s: %s, want %s", c.spec, c.after, list, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ spec, want string }{
		{`{}`, "name one of cron and every"},
		{`{"cron":"* * * * *","every":"5m"}`, "name one of cron and every"},
		{`{"cron":"61 * * * *"}`, "cron: "},
		{`{"cron":"0 0 30 2 *"}`, "cron: that never is"},
		{`{"cron":"TZ=Europe/Berlin 0 0 * * *"}`, "cron: the time zone stands in time_zone"},
		{`{"every":"10ms"}`, "every should be between"},
		{`{"every":"often"}`, "every should be a duration"},
		{`{"cron":"@every 1ms"}`, "every should be between"},
		{`{"every":"5m","time_zone":"Mars/Olympus"}`, "time_zone: "},
		{`{"every":"5m","missed":"some"}`, "missed should be"},
		{`{"every":"5m","payload":"?","payload_encoding":"base64"}`, "payload is not base64"},
		{`{"every":"5m","payload_encoding":"hex"}`, "payload_encoding should be"},
		{`{"every":"5m","crn":"x"}`, `unknown field "crn"`},
		{`{"every":"5m","from":"2026-11-21T00:00:00Z","until":"2026-11-20T00:00:00Z"}`, "until is before from"},
		{`[]`, "cannot unmarshal"},
	} {
		if _, err := Parse([]byte(c.spec)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.spec, err, c.want)
		}
	}
}

func TestOccurrences(t *testing.T) {
	for missed, want := range map[string]int{"": 0, Skip: 0, Once: 1, All: 6} {
		s := parse(t, `{"every":"10s","missed":"`+missed+`"}`)
		list := s.Occurrences(at(t, "2026-11-20T09:00:00Z"), at(t, "2026-11-20T09:00:55Z"))
		if len(list) != want || want > 0 && !list[want-1].Equal(at(t, "2026-11-20T09:00:50Z")) {
			t.Errorf("missed %q: %v", missed, list)
		}
	}
	s := parse(t, `{"every":"1s","missed":"all"}`)
	if list := s.Occurrences(at(t, "2026-11-20T09:00:00Z"), at(t, "2026-11-20T11:00:00Z")); len(list) != MaxMissed {
		t.Errorf("%d of two hours of seconds", len(list))
	}
}

func TestMark(t *testing.T) {
	a, b := parse(t, `{"every":"10s","payload":"x"}`), parse(t, `{ "payload":"x", "every":"10s" }`)
	if c := parse(t, `{"every":"10s","payload":"y"}`); a.Mark() != b.Mark() || a.Mark() == c.Mark() {
		t.Errorf("marks %x, %x, %x", a.Mark(), b.Mark(), c.Mark())
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"cron":"0 9 * * 1-5","time_zone":"Europe/Berlin","exchange":"x","properties":{"headers":{"a":1}}}`))
	f.Add([]byte(`{"every":"15m","from":"2026-11-20T09:20:00Z","missed":"all"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Parse(text)
		if err != nil {
			return
		}
		now := time.Unix(1_780_000_000, 0)
		if next, ok := s.Next(now); ok && !next.After(now) {
			t.Errorf("%s: %v does not come after %v", text, next, now)
		}
	})
}
