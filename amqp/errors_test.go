package amqp

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

// codes is name and scope of every reply code.
var codes = map[ReplyCode]struct {
	name string
	hard bool
}{
	200: {"REPLY_SUCCESS", true}, // closes a connection without fault
	311: {"CONTENT_TOO_LARGE", false},
	312: {"NO_ROUTE", false},
	313: {"NO_CONSUMERS", false},
	320: {"CONNECTION_FORCED", true},
	402: {"INVALID_PATH", true},
	403: {"ACCESS_REFUSED", false},
	404: {"NOT_FOUND", false},
	405: {"RESOURCE_LOCKED", false},
	406: {"PRECONDITION_FAILED", false},
	501: {"FRAME_ERROR", true},
	502: {"SYNTAX_ERROR", true},
	503: {"COMMAND_INVALID", true},
	504: {"CHANNEL_ERROR", true},
	505: {"UNEXPECTED_FRAME", true},
	506: {"RESOURCE_ERROR", true},
	530: {"NOT_ALLOWED", true},
	540: {"NOT_IMPLEMENTED", true},
	541: {"INTERNAL_ERROR", true},
}

func TestReplyCodes(t *testing.T) {
	for code, want := range codes {
		if code.String() != want.name || code.Hard() != want.hard {
			t.Errorf("%d is %s, hard %v", uint16(code), code, code.Hard())
		}
	}
	if got := ReplyCode(999).String(); got != "CODE_999" {
		t.Errorf("unknown code prints as %s", got)
	}
}

// rows is code and scope of each row of the table of problems: CH closes the
// channel, CO the connection.
const rows = `
E1 CH 406  E3 CH 406  E7 CH 405  E8 CH 404  E9 CH 404  E10 CH 404 E12 CH 406 E14 CH 406 E15 CH 406 E16 CH 403
E17 CH 405 E18 CO 530 E19 CO 530 E20 CH 403 E21 CH 403 E22 CH 403 E23 CH 403 E24 CH 403 E25 CH 403 E26 CH 406
E27 CH 406 E28 CH 406 E29 CH 406 E30 CO 501 E31 CH 406 E32 CH 406 E33 CH 406 E34 CH 406 E35 CH 406 E36 CH 406
E37 CH 406 E38 CH 406 E39 CH 406 E40 CH 406 E41 CH 406 E42 CH 406 E43 CH 403 E44 CH 406 E47 CO 540 E48 CO 540 E49 CO 540 E50 CO 540 E51 CO 504 E52 CO 504 E53 CO 530
E54 CO 530 E55 CO 530 E56 CO 530 E57 CO 530 E58 CO 530 E59 CO 403 E61 CO 503 E62 CO 502 E63 CO 503 E64 CO 505 E65 CO 501 E66 CO 501
E68 CO 320 E70 CO 540 E71 CO 530 E72 CH 405
X1 CO 502  X2 CO 501  X3 CO 506  X4 CH 406  X5 CO 541  X6 CO 504  X7 CH 406  X8 CO 505
X9 CH 406  X10 CH 406 X11 CH 406 X12 CH 406 X13 CH 406 X14 CH 406 X20 CH 406`

func TestProblems(t *testing.T) {
	want := map[string]string{}
	for words := strings.Fields(rows); len(words) > 0; words = words[3:] {
		want[words[0]] = words[1] + " " + words[2]
	}
	seen := map[string]bool{}
	for _, p := range Problems {
		scope := "CH"
		if p.Hard() {
			scope = "CO"
		}
		if got := fmt.Sprintf("%s %d", scope, uint16(p.Code)); got != want[p.Row] {
			t.Errorf("%s %q is %s, want %s", p.Row, p.Text, got, want[p.Row])
		}
		if e := p.New(); e.Hard != p.Hard() || e.Code != p.Code || !p.Is(e) {
			t.Errorf("%s %q makes %#v", p.Row, p.Text, e)
		}
		seen[p.Row] = true
	}
	if len(seen) != len(want) {
		t.Errorf("problems of %d rows, want %d", len(seen), len(want))
	}
}

func TestProblemIs(t *testing.T) {
	refused := NoPermission.New("write", QueueIn("q", "/"), "u")
	if !NoPermission.Is(fmt.Errorf("declare: %w", refused)) {
		t.Error("not found inside another error")
	}
	if LoginRefused.Is(refused) {
		t.Error("a channel's 403 taken for a connection's")
	}
	if NoPermission.Is(NoQueue.New("q")) || NoPermission.Is(errors.New("other")) || NoPermission.Is(nil) {
		t.Error("another error taken for NoPermission")
	}
}

// TestTexts compares with what RabbitMQ prints.
func TestTexts(t *testing.T) {
	q, x := QueueIn("q", "/"), ExchangeIn("x", "/")
	for want, e := range map[string]*Error{
		"NOT_FOUND - no queue 'q' in vhost '/'":    NoQueue.New(q),
		"NOT_FOUND - no exchange 'x' in vhost '/'": NoExchange.New(x),
		"PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'q' in vhost '/': received 'false' but current is 'true'":                               Inequivalent.New("durable", q, "false", "true"),
		"PRECONDITION_FAILED - inequivalent arg 'x-message-ttl' for queue 'q' in vhost '/': received the value '2' of type 'signedint' but current is none": InequivalentReceived.New("x-message-ttl", q, FormatValue(int32(2)), TypeName(int32(2))),
		"ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '/' not allowed":                                                                SystemExchange.New(ExchangeIn("amq.direct", "/")),
		"PRECONDITION_FAILED - Invalid x-match field value <<\"foo\">>; expected all, any, all-with-x, or any-with-x":                                       InvalidMatch.New("foo"),
		"REPLY_SUCCESS": {Code: ReplySuccess},
	} {
		if got := e.Error(); got != want {
			t.Errorf("%s, want\n%s", got, want)
		}
	}
}

// TestTextFits: a reply text is a shortstr of whole characters.
func TestTextFits(t *testing.T) {
	for n := range 10 {
		text := NoQueue.New(strings.Repeat("a", n) + strings.Repeat("日", 100)).Text()
		if len(text) > 255 || len(text) < 252 || !utf8.ValidString(text) {
			t.Errorf("%d bytes: %q", len(text), text)
		}
	}
	if got := NoQueue.New("\xff\xfe").Text(); got != "NOT_FOUND - no \uFFFD" {
		t.Errorf("%q", got)
	}
}
