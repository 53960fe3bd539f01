package message

import (
	"fmt"
	"strconv"

	"github.com/hutchmq/hutchmq/amqp"
)

// maxExpirationMs is ten years: more than that is taken for a mistake.
const maxExpirationMs = 315_360_000_000

// parseExpiration reads the expiration property: a decimal number of
// milliseconds, with or without a sign. The errors are worded as RabbitMQ
// prints its terms.
func parseExpiration(text []byte) (ms int64, err error) {
	negative, digits, rest := cutInteger(text)
	switch {
	case len(digits) == 0:
		return 0, amqp.InvalidExpiration.New(text, "no_integer")
	case len(rest) > 0:
		return 0, amqp.InvalidExpiration.New(text, fmt.Sprintf("{leftover_string,%s}", strconv.Quote(string(rest))))
	}
	for len(digits) > 1 && digits[0] == '0' {
		digits = digits[1:]
	}
	if negative && digits[0] != '0' {
		return 0, amqp.InvalidExpiration.New(text, fmt.Sprintf("{value_negative,-%s}", digits))
	}
	for _, d := range digits {
		ms = min(10*ms+int64(d-'0'), maxExpirationMs+1)
	}
	if ms > maxExpirationMs {
		return 0, amqp.InvalidExpiration.New(text, fmt.Sprintf("{value_too_large,%s}", digits))
	}
	return ms, nil
}

// cutInteger splits text behind the integer it begins with.
func cutInteger(text []byte) (negative bool, digits, rest []byte) {
	digits = text
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		negative, digits = text[0] == '-', text[1:]
	}
	n := 0
	for n < len(digits) && '0' <= digits[n] && digits[n] <= '9' {
		n++
	}
	return negative, digits[:n], digits[n:]
}
