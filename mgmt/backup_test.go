package mgmt_test

import "testing"

// TestBackupRefused: it takes an administrator and a store that can, and it is
// no topic of a stream, which would take one every second.
func TestBackupRefused(t *testing.T) {
	n := newNode(t)
	n.broker.PutUser("bob", "b", "monitoring")
	for _, c := range []struct {
		user   string
		status int
	}{{"bob:b", 401}, {"guest:guest", 503}} {
		if got := n.send("GET", "/api/x/backup", c.user, ""); got.Code != c.status {
			t.Errorf("%s: %d %s, want %d", c.user, got.Code, got.Body, c.status)
		}
	}
	l, _ := listen(t, serve(t, n), "guest:guest", gets("x/backup"), "")
	defer l.close()
	if e := l.next("get"); e.status != 400 {
		t.Errorf("as a topic: %+v", e)
	}
}
