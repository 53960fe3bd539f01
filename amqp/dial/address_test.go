package dial

import "testing"

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"amqp://", "A=amqp://u:p@h:1/%2f", "amqps://[::1]/v", "x=y", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := ParseAddress(s); err == nil && (a.Host == "" || a.Vhost == "") {
			t.Errorf("%q is %+v", s, a)
		}
	})
}

func TestAddress(t *testing.T) {
	for s, want := range map[string]Address{
		"amqp://h":                {Host: "h:5672", User: "guest", Password: "guest", Vhost: "/"},
		"amqp://h/":               {Host: "h:5672", User: "guest", Password: "guest", Vhost: "/"},
		"amqp://h/%2f":            {Host: "h:5672", User: "guest", Password: "guest", Vhost: "/"},
		"amqp://h/a%2fb":          {Host: "h:5672", User: "guest", Password: "guest", Vhost: "a/b"},
		"amqps://u:p%40@h":        {Host: "h:5671", TLS: true, User: "u", Password: "p@", Vhost: "/"},
		"old=amqp://u@[::1]:99/v": {Name: "old", Host: "[::1]:99", User: "u", Vhost: "v"},
	} {
		if a, err := ParseAddress(s); err != nil || a != want {
			t.Errorf("%s is %+v, %v; want %+v", s, a, err, want)
		}
	}
}
