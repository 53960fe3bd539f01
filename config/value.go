package config

import (
	"cmp"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// set parses text, as written in the file or a variable, into the field of k.
func (k *Key) set(c *Config, text string) error {
	switch v := k.field(c).(type) {
	case *string:
		*v = text
		return k.choose(text)
	case *slog.Level:
		if err := k.choose(text); err != nil {
			return err
		}
		return v.UnmarshalText([]byte(text))
	case *Addr:
		return v.parse(text)
	case *[]string:
		*v = parseList(text)
		for _, item := range *v {
			if err := k.choose(item); err != nil {
				return err
			}
		}
		return nil
	case *Meanings:
		return v.parse(text)
	case *[]netip.Prefix:
		list, err := parseNetworks(text)
		*v = list
		return err
	case *bool:
		*v = text == "true"
		if text != "true" && text != "false" {
			return fmt.Errorf("want true or false, got '%s'", text)
		}
		return nil
	case *int:
		n, err := parseInt(text)
		*v = int(n)
		return cmp.Or(err, k.bound(n, text))
	case *Bytes:
		n, err := parseBytes(text)
		*v = n
		return cmp.Or(err, k.bound(int64(n), text))
	case *Watermark:
		return v.parse(text)
	case *Share:
		return v.parse(text)
	case *Ratio:
		return v.parse(text)
	case *URL:
		return v.parse(text)
	case *time.Duration:
		d, err := parseDuration(text)
		*v = d
		return cmp.Or(err, k.bound(int64(d), text))
	}
	return fmt.Errorf("no way to read a %s", k.Type())
}

// Type says how a value is written.
func (k *Key) Type() string {
	switch k.field(new(Config)).(type) {
	case *Addr:
		return "address"
	case *[]string:
		return "list"
	case *Meanings:
		return "list of name=words"
	case *[]netip.Prefix:
		return "list of networks"
	case *bool:
		return "true, false"
	case *int:
		return "number"
	case *Bytes:
		return "size"
	case *Watermark:
		return "share or size"
	case *Share:
		return "auto, percentage or size"
	case *Ratio:
		return "number from 0 to 1"
	case *URL:
		return "URL"
	case *time.Duration:
		return "duration"
	}
	if len(k.Choices) > 0 {
		return strings.Join(k.Choices, ", ")
	}
	return "text"
}

func (k *Key) choose(text string) error {
	if len(k.Choices) == 0 || slices.Contains(k.Choices, text) {
		return nil
	}
	return fmt.Errorf("want one of %s, got '%s'", strings.Join(k.Choices, ", "), text)
}

// bound keeps n within the limits of k, and a heartbeat at what the wire can
// carry.
func (k *Key) bound(n int64, text string) error {
	if n < k.Min || n > k.Max {
		return fmt.Errorf("want between %s and %s, got '%s'", k.print(k.Min), k.print(k.Max), text)
	}
	if k.Path == "limits.heartbeat" && n%second != 0 {
		return fmt.Errorf("want whole seconds, got '%s'", text)
	}
	return nil
}

// print writes n in the unit of k.
func (k *Key) print(n int64) string {
	switch k.Type() {
	case "size":
		return Bytes(n).String()
	case "duration":
		return time.Duration(n).String()
	}
	return strconv.FormatInt(n, 10)
}

func (a *Addr) parse(text string) error {
	switch text {
	case "", "none", "off":
		*a = ""
		return nil
	}
	_, port, err := net.SplitHostPort(text)
	if err != nil || port == "" {
		return fmt.Errorf("want host:port, :port or none, got '%s'", text)
	}
	if n, err := parseInt(port); err == nil && (n < 0 || n > math.MaxUint16) {
		return fmt.Errorf("want a port up to %d, got '%s'", math.MaxUint16, text)
	}
	*a = Addr(text)
	return nil
}

// parse reads a share, which has a point, or a size.
func (w *Watermark) parse(text string) error {
	if n, err := parseBytes(text); err == nil {
		*w = Watermark{Bytes: int64(n)}
		return nil
	}
	share, err := strconv.ParseFloat(text, 64)
	if err != nil || !(share >= 0 && share <= 1) {
		return fmt.Errorf("want a share such as 0.6 or a size such as 4GiB, got '%s'", text)
	}
	*w = Watermark{Share: share}
	return nil
}

func (u *URL) parse(text string) error {
	*u = URL(text)
	if to, err := url.Parse(text); text != "" && (err != nil || to.Scheme != "http" && to.Scheme != "https" || to.Host == "") {
		return fmt.Errorf("want a URL such as http://localhost:4318/v1/traces, got '%s'", text)
	}
	return nil
}

func (r *Ratio) parse(text string) error {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0 && n <= 1) {
		return fmt.Errorf("want a number from 0 to 1, got '%s'", text)
	}
	*r = Ratio(n)
	return nil
}

// minLimit is what a broker can work in, about.
const minLimit = 32 * mib

// parse reads auto, a percentage or a size.
func (s *Share) parse(text string) error {
	if text == "auto" {
		*s = Share{Share: 1}
		return nil
	}
	if n, err := parseBytes(text); err == nil && n >= minLimit {
		*s = Share{Bytes: int64(n)}
		return nil
	}
	digits, isPercent := strings.CutSuffix(text, "%")
	percent, err := strconv.ParseFloat(digits, 64)
	if !isPercent || err != nil || !(percent >= 1 && percent <= 100) {
		return fmt.Errorf("want auto, a percentage from 1%% to 100%%, or a size of at least %s, got '%s'", Bytes(minLimit), text)
	}
	*s = Share{Share: percent / 100}
	return nil
}

// parseList splits at commas; none is the empty list.
func parseList(text string) []string {
	if text == "none" {
		return nil
	}
	var list []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}

func parseInt(text string) (int64, error) {
	n, err := strconv.ParseInt(strings.ReplaceAll(text, "_", ""), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("want a whole number, got '%s'", text)
	}
	return n, nil
}

func parseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("want a duration such as 60s or 5m, got '%s'", text)
	}
	return d, nil
}

var byteUnits = []struct {
	name  string
	bytes int64
}{
	{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"KB", 1e3}, {"B", 1}, {"", 1},
}

// parseBytes reads a size: 128KiB, 16MiB, 1000000.
func parseBytes(text string) (Bytes, error) {
	for _, u := range byteUnits {
		digits, found := strings.CutSuffix(text, u.name)
		if !found {
			continue
		}
		n, err := parseInt(strings.TrimSpace(digits))
		if err != nil || n > math.MaxInt64/u.bytes || n < 0 {
			break
		}
		return Bytes(n * u.bytes), nil
	}
	return 0, fmt.Errorf("want a size such as 128KiB or 16MiB, got '%s'", text)
}

// String is the size in the largest binary unit that divides it.
func (b Bytes) String() string {
	for _, u := range byteUnits[:3] {
		if b != 0 && int64(b)%u.bytes == 0 {
			return strconv.FormatInt(int64(b)/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}
