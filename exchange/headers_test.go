package exchange

import (
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

func TestHeadersMatches(t *testing.T) {
	type table = amqp.Table
	for _, c := range []struct {
		name               string
		arguments, headers table
		want               bool
	}{
		{"all of nothing", nil, nil, true},
		{"all of nothing, some headers", table{"x-match": "all"}, table{"a": "1"}, true},
		{"any of nothing", table{"x-match": "any"}, table{"a": "1"}, false},
		{"all is the default", table{"a": "1", "b": "2"}, table{"a": "1"}, false},
		{"all", table{"a": "1", "b": "2"}, table{"a": "1", "b": "2", "c": "3"}, true},
		{"any", table{"x-match": "any", "a": "1", "b": "2"}, table{"b": "2"}, true},
		{"any, other value", table{"x-match": "any", "a": "1"}, table{"a": "2"}, false},
		{"presence", table{"a": nil}, table{"a": "1"}, true},
		{"presence of a void", table{"a": nil}, table{"a": nil}, true},
		{"no presence", table{"a": nil}, table{"b": "1"}, false},
		{"void is no value", table{"a": "1"}, table{"a": nil}, false},
		{"integers of all widths", table{"a": int32(5)}, table{"a": int8(5)}, true},
		{"negative integers", table{"a": int64(-5)}, table{"a": int16(-5)}, true},
		{"an integer is no string", table{"a": "5"}, table{"a": int8(5)}, false},
		{"floats of all widths", table{"a": 0.5}, table{"a": float32(0.5)}, true},
		{"tables inside", table{"a": table{"n": int8(1)}}, table{"a": table{"n": int64(1)}}, true},
		{"x- is left out", table{"x-a": "1"}, table{}, true},
		{"x- is left out of any", table{"x-match": "any", "x-a": "1"}, table{"x-a": "1"}, false},
		{"all-with-x", table{"x-match": "all-with-x", "x-a": "1"}, table{}, false},
		{"all-with-x met", table{"x-match": "all-with-x", "x-a": "1"}, table{"x-a": "1"}, true},
		{"any-with-x", table{"x-match": "any-with-x", "x-a": "1", "b": "1"}, table{"x-a": "1"}, true},
		{"x-match takes no part", table{"x-match": "any-with-x"}, table{"x-match": "any-with-x"}, false},
	} {
		r := newRouter(t, Headers)
		r.Bind(Binding{&dest{"q"}, "", c.arguments})
		var s Set
		r.Route(published("k", c.headers), "k", &s)
		if got := s.Len() == 1; got != c.want {
			t.Errorf("%s: %v against %v is %v", c.name, c.arguments, c.headers, got)
		}
	}
}

func TestHeadersFirstOfEqualKeysCounts(t *testing.T) {
	r := newRouter(t, Headers)
	r.Bind(Binding{&dest{"first"}, "", amqp.Table{"a": true}})
	r.Bind(Binding{&dest{"second"}, "", amqp.Table{"a": false}})
	m := published("", amqp.Table{"a": true, "b": false})
	m.Header[len(m.Header)-3] = 'a'
	var s Set
	r.Route(m, "", &s)
	if got := names(&s); len(got) != 1 || got[0] != "first" {
		t.Errorf("a twice goes to %v", got)
	}
}

func TestHeadersCheck(t *testing.T) {
	for _, c := range []struct {
		match any
		want  string
	}{
		{"all", ""}, {"any", ""}, {"all-with-x", ""}, {"any-with-x", ""},
		{"foo", `PRECONDITION_FAILED - Invalid x-match field value <<"foo">>; expected all, any, all-with-x, or any-with-x`},
		{int32(5), `PRECONDITION_FAILED - Invalid x-match field type signedint (value 5); expected longstr`},
		{nil, `PRECONDITION_FAILED - Invalid x-match field type void (value undefined); expected longstr`},
	} {
		got := ""
		if err := newRouter(t, Headers).Check(Binding{Arguments: amqp.Table{"x-match": c.match}}); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("x-match %v: %q, want %q", c.match, got, c.want)
		}
	}
}

// TestHeadersForgetsWhatIsUnbound looks for indexes that grow with churn.
func TestHeadersForgetsWhatIsUnbound(t *testing.T) {
	r := newRouter(t, Headers).(*headers)
	q := &dest{"q"}
	for _, how := range []string{"all", "any"} {
		for i := range 100 {
			r.Bind(Binding{q, "", amqp.Table{"x-match": how, "id": int32(i), "kind": nil}})
		}
		for i := range 100 {
			r.Unbind(Binding{q, "", amqp.Table{"x-match": how, "id": int64(i), "kind": nil}})
		}
	}
	if len(r.bonds) > 0 || len(r.rules) > 0 || !r.asked.empty() || r.always.live > 0 {
		t.Errorf("left with no binding: %d bonds, %d rules, %d keys", len(r.bonds), len(r.rules), r.asked.n)
	}
}
