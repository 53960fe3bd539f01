package policy

import (
	"cmp"
	"errors"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

func TestCheck(t *testing.T) {
	every := amqp.Table{
		"alternate-exchange": "ae", "consumer-timeout": int64(1000), "consumer-disconnected-timeout": int64(1),
		"dead-letter-exchange": "dlx", "dead-letter-routing-key": "k", "dead-letter-strategy": "at-least-once",
		"delayed-retry-type": "failed", "delayed-retry-min": int64(1), "delayed-retry-max": int64(2),
		"delayed-retry-backoff": "exponential", "delayed-retry-jitter": int64(10), "lease-timeout": int64(1), "dead-letter-on-delete": true, "priority-min-share": int64(10),
		"delivery-limit": int64(-1), "expires": int64(1), "federation-upstream": "u", "federation-upstream-set": "all",
		"federation-upstream-pattern": "^u", "initial-cluster-size": int64(3), "max-age": "7D",
		"max-in-memory-length": int64(0), "max-in-memory-bytes": int64(0), "max-length": int64(0),
		"max-length-bytes": int64(0), "message-ttl": int64(0), "overflow": "reject-publish-dlx",
		"queue-leader-locator": "balanced", "queue-mode": "lazy", "queue-version": int64(2), "routing-key": "10",
		"shards-per-node": int64(2), "stream-filter-size-bytes": int64(16), "stream-max-segment-size-bytes": int64(1),
		"target-group-size": int64(3), "message-groups": true, "group-max-in-flight": int64(2),
		"rate-limit": "60/1m, 90000/1m cost=tokens", "rate-limit-key": "tenant", "rate-limit-cost": "tokens",
	}
	operators := amqp.Table{}
	for name := range every {
		if keys[name].operator {
			operators[name] = every[name]
		}
	}
	if len(every) != len(keys) || len(operators) != 10 {
		t.Errorf("%d of %d keys are tried, %d by operators", len(every), len(keys), len(operators))
	}
	for _, p := range []Policy{{Definition: every}, {By: Operator, Definition: operators}} {
		for applyTo := range targets {
			p.Name, p.ApplyTo, p.Pattern = "p", applyTo, `^(?!amq\.)`
			if err := p.Check(); err != nil {
				t.Errorf("%s for %s: %v", p.By, applyTo, err)
			}
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	for _, tt := range []struct {
		p    Policy
		want string
	}{
		{Policy{}, "no policy provided"},
		{Policy{Definition: amqp.Table{"foo": int64(1)}}, `[{<<"foo">>,1}] are not recognised policy settings`},
		{Policy{Definition: amqp.Table{"foo": "a", "bar": true, "expires": int64(1)}}, `[{<<"bar">>,true},{<<"foo">>,<<"a">>}] are not recognised policy settings`},
		{Policy{Definition: amqp.Table{"ha-mode": "all"}}, `[{<<"ha-mode">>,<<"all">>}] are not recognised policy settings`},
		{Policy{Definition: amqp.Table{"foo": int64(1), "max-length": int64(-1)}}, "-1 is not a valid maximum length"},
		{Policy{Definition: amqp.Table{"max-length": "5"}}, `<<"5">> is not a valid maximum length`},
		{Policy{Definition: amqp.Table{"max-length-bytes": 1.5}}, "1.5 is not a valid maximum length in bytes"},
		{Policy{Definition: amqp.Table{"message-ttl": int64(-1)}}, "-1 is not a valid message TTL"},
		{Policy{Definition: amqp.Table{"expires": int64(0)}}, "0 is not a valid queue expiry"},
		{Policy{Definition: amqp.Table{"dead-letter-exchange": int64(1)}}, "1 is not a valid dead letter exchange name"},
		{Policy{Definition: amqp.Table{"dead-letter-routing-key": nil}}, "undefined is not a valid dead letter routing key"},
		{Policy{Definition: amqp.Table{"alternate-exchange": false}}, "false is not a valid alternate exchange name"},
		{Policy{Definition: amqp.Table{"overflow": "explode"}}, `<<"explode">> is not a valid overflow value`},
		{Policy{Definition: amqp.Table{"queue-mode": "eager"}}, `<<"eager">> is not a valid queue-mode value`},
		{Policy{Definition: amqp.Table{"max-age": "1w"}}, `<<"1w">> is not a valid max age`},
		{Policy{Definition: amqp.Table{"max-age": ""}}, `<<>> is not a valid max age`},
		{Policy{Definition: amqp.Table{"rate-limit": "many"}}, `<<"many">> is not a valid rate limit, such as 100/1m`},
		{Policy{Definition: amqp.Table{"message-groups": int64(1)}}, "1 is not a valid message groups value"},
		{Policy{Definition: amqp.Table{"stream-filter-size-bytes": int64(15)}}, "15 is not a valid filter size. Valid range is 16-255"},
		{Policy{Definition: amqp.Table{"delayed-retry-type": "always"}}, `<<"always">> is not a valid delayed retry type`},
		{Policy{By: Operator, Definition: amqp.Table{"dead-letter-exchange": "x"}}, `[{<<"dead-letter-exchange">>,<<"x">>}] are not recognised policy settings`},
		{Policy{Definition: ttl(1), ApplyTo: "stream"}, "apply-to 'stream' unrecognised; should be one of: 'queues', 'classic_queues', 'quorum_queues', 'streams', 'exchanges', or 'all'"},
		{Policy{Definition: amqp.Table{"dead-letter-exchange": strings.Repeat("x", 256)}}, "dead-letter-exchange is longer than 255 bytes"},
		{Policy{Definition: ttl(1), Pattern: "("}, "pattern should be regular expression but is invalid: invalid pattern '('"},
		{Policy{Definition: ttl(1), Pattern: strings.Repeat("a", 4097)}, "pattern is longer than 4096 bytes"},
		{Policy{ApplyTo: "none", Pattern: "("}, "no policy provided\napply-to 'none' unrecognised"},
	} {
		tt.p.Name, tt.p.ApplyTo = "p", cmp.Or(tt.p.ApplyTo, "all")
		err := tt.p.Check()
		if _, ok := errors.AsType[*Invalid](err); !ok || !strings.HasPrefix(err.Error(), "Validation failed\n\n"+tt.want) || !strings.HasSuffix(err.Error(), "\n") {
			t.Errorf("%+v:\n got %v\nwant %s", tt.p, err, tt.want)
		}
	}
}

func TestCheckRefusesNames(t *testing.T) {
	for _, name := range []string{"", strings.Repeat("n", 256)} {
		err := (&Policy{Name: name, ApplyTo: "all", Definition: ttl(1)}).Check()
		if err == nil || err.Error() != "Validation failed\n\nname should have 1 to 255 bytes\n" {
			t.Errorf("got %v", err)
		}
	}
}

// TestTooMany: a full set takes changes, and policies of the other author.
func TestTooMany(t *testing.T) {
	s := newSet(t, true, Policy{Name: "first", Definition: ttl(1)})
	for len(s.rules[User]) < maxPolicies {
		s.rules[User] = append(s.rules[User], s.rules[User][0])
	}
	p := Policy{Name: "more", ApplyTo: "all", Definition: ttl(1)}
	if _, err := s.With(p); err == nil || err.Error() != "Validation failed\n\nthere are 10000 policies already\n" {
		t.Errorf("got %v", err)
	}
	p.By = Operator
	if _, err := s.With(p); err != nil {
		t.Error(err)
	}
	p.By, p.Name = User, "first"
	if _, err := s.With(p); err != nil {
		t.Error(err)
	}
}

func ttl(ms int64) amqp.Table { return amqp.Table{"message-ttl": ms} }
