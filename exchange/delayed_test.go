package exchange

import (
	"errors"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
)

func TestDelayed(t *testing.T) {
	typ := Delayed([]Type{Direct, Topic, Random})
	for _, c := range []struct {
		args amqp.Table
		want string
	}{
		{nil, "Invalid argument, 'x-delayed-type' must be an existing exchange type"},
		{amqp.Table{"x-delayed-type": int32(5)}, "Invalid argument, 'x-delayed-type' must be an existing exchange type"},
		{amqp.Table{"x-delayed-type": "x-delayed-message"}, "Invalid argument, 'x-delayed-message' can't be used for 'x-delayed-type'"},
		{amqp.Table{"x-delayed-type": "nosuch"}, "unknown exchange type 'nosuch'"},
	} {
		_, err := typ.New(c.args)
		if e, ok := errors.AsType[*amqp.Error](err); !ok || e.Reason != c.want || e.Code != amqp.PreconditionFailed {
			t.Errorf("%v: %v, want %s", c.args, err, c.want)
		}
	}
	r, err := typ.New(amqp.Table{"x-delayed-type": "x-random"})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := r.(Volatile); !ok {
		t.Error("an exchange of the type random chooses by chance, also when it is wrapped")
	}
}
