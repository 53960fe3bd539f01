package spelling

import (
	"strings"
	"testing"
)

func TestMeant(t *testing.T) {
	words := []string{"message_ttl", "max_length", "type", "x"}
	for given, want := range map[string]string{
		"mesage_ttl": "message_ttl", "max_lenght": "max_length", "tpye": "type", "": "", "q": "", "durable": "",
		"MAX_LENGTH": "", strings.Repeat("a", 1<<20): "",
	} {
		if got := Meant(given, words); got != want {
			t.Errorf("Meant(%.20q) = %q, want %q", given, got, want)
		}
	}
	if got := Meant("a", nil); got != "" {
		t.Errorf("of no words %q", got)
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"kitten", "sitting", 3}, {"flaw", "lawn", 2}} {
		if got := distance(tt.a, tt.b); got != tt.want || distance(tt.b, tt.a) != got {
			t.Errorf("distance(%q, %q) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
