package exchange

import "github.com/hutchmq/hutchmq/amqp"

const matchKey = "x-match"

// match is what x-match says.
type match struct{ any, withX bool }

var matches = map[string]match{
	"all":        {},
	"any":        {any: true},
	"all-with-x": {withX: true},
	"any-with-x": {any: true, withX: true},
}

// matchOf reads x-match, which is all when absent.
func matchOf(arguments amqp.Table) (match, error) {
	x, ok := arguments[matchKey]
	if !ok {
		return match{}, nil
	}
	s, ok := x.(string)
	if !ok {
		return match{}, amqp.InvalidMatchType.New(amqp.TypeName(x), amqp.FormatValue(x))
	}
	m, ok := matches[s]
	if !ok {
		return match{}, amqp.InvalidMatch.New(s)
	}
	return m, nil
}
