package amqp

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"testing"
)

// everything has every property.
var everything = Properties{
	ContentType: "text/plain", ContentEncoding: "gzip", Headers: Table{"n": int32(1)},
	DeliveryMode: 2, Priority: 7, CorrelationID: "c", ReplyTo: "r", Expiration: "1000",
	MessageID: "m", Timestamp: 1704067200, Type: "t", UserID: "u", AppID: "a", ClusterID: "k",
}

func TestParseContentHeader(t *testing.T) {
	var h ContentHeader
	if err := ParseContentHeader(AppendContentHeader(nil, BasicClass, 1<<40, &everything), &h); err != nil {
		t.Fatal(err)
	}
	want := ContentHeader{
		Class: BasicClass, BodySize: 1 << 40, DeliveryMode: 2, Priority: 7,
		HasPriority: true, HasExpiration: true, HasUserID: true, HasReplyTo: true,
		Expiration: []byte("1000"), UserID: []byte("u"), ReplyTo: []byte("r"),
		Headers: AppendTable(nil, everything.Headers)[4:],
	}
	if !reflect.DeepEqual(h, want) {
		t.Errorf("%+v, want\n%+v", h, want)
	}
}

// TestParseContentHeaderForgets: nothing of the message before stays in h.
func TestParseContentHeaderForgets(t *testing.T) {
	var h ContentHeader
	for _, p := range []Properties{everything, {}} {
		if err := ParseContentHeader(AppendContentHeader(nil, BasicClass, 0, &p), &h); err != nil {
			t.Fatal(err)
		}
	}
	if want := (ContentHeader{Class: BasicClass}); !reflect.DeepEqual(h, want) {
		t.Errorf("%+v", h)
	}
}

func TestHeadersTable(t *testing.T) {
	for _, tt := range []struct {
		p    Properties
		want []byte
	}{
		{Properties{}, nil},
		{Properties{DeliveryMode: 2}, nil},
		{Properties{ContentType: "text/plain", Priority: 1}, nil},
		{Properties{Headers: Table{}}, []byte{}},
		{everything, AppendTable(nil, everything.Headers)[4:]},
	} {
		got := HeadersTable(AppendContentHeader(nil, BasicClass, 0, &tt.p))
		if !bytes.Equal(got, tt.want) || (got == nil) != (tt.want == nil) {
			t.Errorf("%+v: %x, want %x", tt.p, got, tt.want)
		}
	}
	for n := range 20 {
		header := AppendContentHeader(nil, BasicClass, 0, &everything)[:n]
		if got := HeadersTable(header); got != nil {
			t.Errorf("header of %d bytes: %x", n, got)
		}
	}
}

func TestProperty(t *testing.T) {
	header := AppendContentHeader(nil, BasicClass, 0, &everything)
	bare := AppendContentHeader(nil, BasicClass, 0, &Properties{})
	for flag := HasContentType; flag >= HasClusterID; flag >>= 1 {
		var want []byte
		switch flag {
		case HasHeaders:
			want = AppendTable(nil, everything.Headers)[4:]
		case HasDeliveryMode:
			want = []byte{everything.DeliveryMode}
		case HasPriority:
			want = []byte{everything.Priority}
		case HasTimestamp:
			want = binary.BigEndian.AppendUint64(nil, everything.Timestamp)
		default:
			want = []byte(*everything.text(flag))
		}
		if got := Property(header, flag); !bytes.Equal(got, want) || len(want) == 0 {
			t.Errorf("property %x is %q, want %q", flag, got, want)
		}
		if got := Property(bare, flag); got != nil {
			t.Errorf("property %x of none is %q", flag, got)
		}
	}
}

// TestReplaceHeaders compares the rewritten bytes with those of the same
// properties changed by hand.
func TestReplaceHeaders(t *testing.T) {
	before := []byte("before")
	x := Table{"x": "y"}
	for name, p := range map[string]Properties{
		"every property":      everything,
		"none":                {},
		"headers only":        {Headers: Table{"old": true}},
		"before headers only": {ContentType: "text/plain", ContentEncoding: "gzip"},
		"after headers only":  {Priority: 3, ClusterID: "k"},
		"expiration only":     {Expiration: "5"},
		"present but empty":   {Present: HasContentType | HasHeaders | HasExpiration | HasAppID},
	} {
		header := AppendContentHeader(nil, BasicClass, 99, &p)
		for _, headers := range []Table{nil, {}, x} {
			p.Headers, p.Present = headers, p.Present&^HasHeaders
			want := AppendContentHeader(before, BasicClass, 99, &p)
			if got := ReplaceHeaders(before, header, headers); !bytes.Equal(got, want) {
				t.Errorf("%s, headers %v:\n%q, want\n%q", name, headers, got, want)
			}
			still := p
			still.Expiration, still.Present = "", p.Present&^HasExpiration
			want = AppendContentHeader(before, BasicClass, 99, &still)
			if got := ReplaceHeadersNoExpiration(before, header, headers); !bytes.Equal(got, want) {
				t.Errorf("%s, headers %v, no expiration:\n%q, want\n%q", name, headers, got, want)
			}
		}
	}
}

// TestSetHeader: the field is set, behind the others, and no other byte
// changes.
func TestSetHeader(t *testing.T) {
	for name, tt := range map[string]struct{ before, after Properties }{
		"no properties":     {Properties{}, Properties{Headers: Table{"n": int64(7)}}},
		"around headers":    {Properties{ContentType: "t", Priority: 3}, Properties{ContentType: "t", Headers: Table{"n": int64(7)}, Priority: 3}},
		"no fields":         {Properties{Headers: Table{}, AppID: "a"}, Properties{Headers: Table{"n": int64(7)}, AppID: "a"}},
		"others in front":   {Properties{Headers: Table{"a": true, "m": "x"}}, Properties{Headers: Table{"a": true, "m": "x", "n": int64(7)}}},
		"an older one goes": {Properties{Headers: Table{"a": true, "n": "old"}}, Properties{Headers: Table{"a": true, "n": int64(7)}}},
	} {
		want := AppendContentHeader([]byte("before"), BasicClass, 99, &tt.after)
		got := SetHeader([]byte("before"), AppendContentHeader(nil, BasicClass, 99, &tt.before), "n", 7)
		if !bytes.Equal(got, want) {
			t.Errorf("%s:\n%q, want\n%q", name, got, want)
		}
	}
	if header := []byte("garbage"); string(SetHeader(nil, header, "n", 7)) != "garbage" {
		t.Error("garbage was changed")
	}
}

// TestReplaceHeadersOfGarbage: what is no header is handed on as it is.
func TestReplaceHeadersOfGarbage(t *testing.T) {
	whole := AppendContentHeader(nil, BasicClass, 99, &everything)
	for n := range whole {
		if got := ReplaceHeaders([]byte("before"), whole[:n], Table{}); string(got) != "before"+string(whole[:n]) {
			t.Errorf("cut to %d bytes: %q", n, got)
		}
	}
}
