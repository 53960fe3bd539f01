package amqp

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// TestMethodIDs compares what was generated with the whole protocol, written
// down once more by hand.
func TestMethodIDs(t *testing.T) {
	classes := map[string]string{
		"connection 10": "start 10 start-ok 11 secure 20 secure-ok 21 tune 30 tune-ok 31 open 40 open-ok 41 " +
			"close 50 close-ok 51 blocked 60 unblocked 61 update-secret 70 update-secret-ok 71",
		"channel 20": "open 10 open-ok 11 flow 20 flow-ok 21 close 40 close-ok 41",
		"access 30":  "request 10 request-ok 11",
		"exchange 40": "declare 10 declare-ok 11 delete 20 delete-ok 21 bind 30 bind-ok 31 " +
			"unbind 40 unbind-ok 51",
		"queue 50": "declare 10 declare-ok 11 bind 20 bind-ok 21 purge 30 purge-ok 31 " +
			"delete 40 delete-ok 41 unbind 50 unbind-ok 51",
		"basic 60": "qos 10 qos-ok 11 consume 20 consume-ok 21 cancel 30 cancel-ok 31 publish 40 return 50 " +
			"deliver 60 get 70 get-ok 71 get-empty 72 ack 80 reject 90 recover-async 100 recover 110 " +
			"recover-ok 111 nack 120",
		"confirm 85": "select 10 select-ok 11",
		"tx 90":      "select 10 select-ok 11 commit 20 commit-ok 21 rollback 30 rollback-ok 31",
	}
	known := 0
	for class, methods := range classes {
		name, id, _ := strings.Cut(class, " ")
		words := strings.Fields(methods)
		for i := 0; i < len(words); i += 2 {
			known++
			mid := MethodID(atoi(t, id)<<16 | atoi(t, words[i+1]))
			if got, want := mid.String(), name+"."+words[i]; got != want {
				t.Errorf("method %d.%d is %s, want %s", mid.Class(), mid.Method(), got, want)
			}
			if m := newMethod(mid); m == nil || m.ID() != mid {
				t.Errorf("%s: newMethod gives %#v", mid, m)
			}
		}
	}
	if known != len(methodNames) {
		t.Errorf("%d methods generated, %d in the protocol", len(methodNames), known)
	}
	if got := MethodID(99<<16 | 1).String(); got != "method 99.1" {
		t.Errorf("unknown method prints as %s", got)
	}
}

func atoi(t *testing.T, s string) (n int) {
	t.Helper()
	for _, c := range s {
		n = 10*n + int(c-'0')
	}
	return n
}

// TestMethodsRoundTrip writes every method with arguments at random, reads it
// again, and reads every shorter piece of it, which must fail.
func TestMethodsRoundTrip(t *testing.T) {
	seed := rand.Uint64()
	rnd := rand.New(rand.NewPCG(seed, 0))
	for id := range methodNames {
		m := newMethod(id)
		fill(rnd, reflect.ValueOf(m).Elem())
		payload := m.Append(nil)
		got, err := ParseMethod(payload)
		if err != nil || !reflect.DeepEqual(got, m) {
			t.Errorf("seed %d: wrote %#v, read %#v, %v", seed, m, got, err)
		}
		for n := range payload {
			if _, err := ParseMethod(payload[:n]); !Malformed.Is(err) {
				t.Errorf("seed %d: %s cut to %d of %d bytes: %v", seed, id, n, len(payload), err)
			}
		}
	}
}

// fill sets the fields of a method at random.
func fill(rnd *rand.Rand, v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); f.Interface().(type) {
		case bool:
			f.SetBool(rnd.IntN(2) == 1)
		case string:
			f.SetString(strings.Repeat("é", 1+rnd.IntN(127)))
		case []byte:
			f.SetBytes([]byte(strings.Repeat("k", 1+rnd.IntN(255))))
		case Table:
			f.Set(reflect.ValueOf(Table{"n": rnd.Int64(), "s": "v"}))
		default:
			f.SetUint(rnd.Uint64() >> (64 - f.Type().Bits()))
		}
	}
}

func TestParseOfAnotherMethod(t *testing.T) {
	payload := (&BasicAck{DeliveryTag: 1}).Append(nil)
	if err := new(BasicReject).Parse(payload); !Malformed.Is(err) {
		t.Errorf("a basic.ack read as basic.reject: %v", err)
	}
}

func TestErrorNamesItsMethod(t *testing.T) {
	for payload, want := range map[string]MethodID{
		"\x00\x3c\x00\x50":                     BasicAckID,
		"\x00\x63\x00\x01":                     99<<16 | 1,
		"\x00\x0a\x00\x3c\x01\xff":             ConnectionBlockedID,
		"\x00\x3c\x00\x28\x00\x00\x01\xff\x00": BasicPublishID,
	} {
		_, err := ParseMethod([]byte(payload))
		if e, ok := err.(*Error); !ok || e.Method != want || !e.Hard {
			t.Errorf("%q: %#v, want an error of %s", payload, err, want)
		}
	}
}

// TestPublishAliases: the names in a basic.publish are the payload's bytes.
func TestPublishAliases(t *testing.T) {
	payload := (&BasicPublish{Exchange: []byte("x"), RoutingKey: []byte("key")}).Append(nil)
	var m BasicPublish
	if err := m.Parse(payload); err != nil {
		t.Fatal(err)
	}
	payload[len(payload)-4] = 'K'
	if string(m.RoutingKey) != "Key" || cap(m.RoutingKey) != 3 {
		t.Errorf("routing key %q, capacity %d", m.RoutingKey, cap(m.RoutingKey))
	}
}
