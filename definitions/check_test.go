package definitions

import "testing"

func TestCheck(t *testing.T) {
	read := func(name, text string) *Document {
		t.Helper()
		d, err := Read(name, []byte("version: 1\n"+text), Source{})
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	a := read("a.yaml", "vhosts: {/: {exchanges: {orders: {alternate: none}}, queues: {q: {bind: [oders, amq.topic], dead_letter: gone}, r: {}}}}")
	b := read("b.yaml", "vhosts: {/: {queues: {q: {max_length: 5}, r: }, exchanges: {amq.fanout: {bind: orders}, missing: {bind: orders}}, permissions: {amy: full}}}")
	want := []string{
		"b.yaml:2:23: queue 'q' in '/' is described otherwise at a.yaml:2:63",
		"a.yaml:2:63: warning: its dead letters go to exchange 'gone', which is not in '/'",
		"a.yaml:2:26: warning: its alternate is exchange 'none', which is not in '/'",
		"a.yaml:2:74: exchange 'oders' is not in '/': did you mean 'orders'?",
		"b.yaml:2:129: warning: user 'amy' is in no file",
	}
	got := Check([]*Document{a, b})
	if len(got) != len(want) {
		t.Fatalf("got %d problems: %v", len(got), got)
	}
	for i, p := range got {
		if p.Error() != want[i] || p.Outside != (i > 0) {
			t.Errorf("got %v, outside %v\nwant %s", p, p.Outside, want[i])
		}
	}
}
