package delay

import "testing"

func TestCursor(t *testing.T) {
	c := Cursor{place{1_780_000_000_000, 7}}
	if got, err := ParseCursor(c.String()); err != nil || got != c {
		t.Errorf("%v became %v, %v", c, got, err)
	}
	if got, err := ParseCursor(""); err != nil || got != (Cursor{}) {
		t.Errorf("nothing became %v, %v", got, err)
	}
	for _, s := range []string{"x", "1", "1-", "-1-2", "1-2-3", "1-2 3", "99999999999999999999-1"} {
		if c, err := ParseCursor(s); err == nil {
			t.Errorf("%q became %v", s, c)
		}
	}
}

// FuzzRecord: what is written is read as it was, and nothing else panics.
func FuzzRecord(f *testing.F) {
	f.Add(int64(5), uint64(7), int64(3), 9, "x", "k", true, false, []byte{1, 2})
	f.Fuzz(func(t *testing.T, at int64, seq uint64, came int64, bytes int, exchange, key string, transient, isNote bool, junk []byte) {
		_, _ = parseIndexRecord(junk, junk)
		_, _ = parseCountRecord(junk)
		_, _, _ = parseVhostRecord(junk)
		is := fresh{item: item{place: place{max(at, 0), seq}}, came: max(came, 0), bytes: max(bytes, 0), exchange: exchange, key: key, transient: transient}
		if isNote {
			is.lane = notes
		}
		got, err := parseIndexRecord(indexKey(1, is.place), appendIndexRecord(nil, &is))
		if err != nil || got != is {
			t.Errorf("%+v became %+v, %v", is, got, err)
		}
	})
}
