package listener

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// header2 is a header of version 2.
func header2(command, family byte, body ...byte) []byte {
	h := append([]byte(signature2), command, family)
	return append(binary.BigEndian.AppendUint16(h, uint16(len(body))), body...)
}

var (
	four = []byte{192, 0, 2, 7, 192, 0, 2, 1, 0xc3, 0x50, 0x16, 0x28}
	six  = append(bytes.Repeat([]byte{0x20}, 32), 0xc3, 0x50, 0x16, 0x28)
	tlv  = []byte{0x04, 0, 2, 'x', 'y'} // a NOOP
)

func TestRoute(t *testing.T) {
	const twenty = "2020:2020:2020:2020:2020:2020:2020:2020"
	for _, tt := range []struct {
		header string
		want   string // from and to, "-" when unknown, else a piece of the error
	}{
		{"PROXY TCP4 192.0.2.7 192.0.2.1 50000 5672\r\n", "192.0.2.7:50000 192.0.2.1:5672"},
		{"PROXY TCP6 2001:db8::7 2001:db8::1 50000 5672\r\n", "[2001:db8::7]:50000 [2001:db8::1]:5672"},
		{"PROXY TCP6 ::ffff:192.0.2.7 ::ffff:192.0.2.1 1 2\r\n", "192.0.2.7:1 192.0.2.1:2"},
		{"PROXY UNKNOWN\r\n", "-"},
		{"PROXY UNKNOWN ff:ff 1 whatever\r\n", "-"},
		{"PROXY TCP4 192.0.2.7 192.0.2.1 50000 65536\r\n", "malformed"},
		{"PROXY TCP4 192.0.2.7 192.0.2.1 -1 5672\r\n", "malformed"},
		{"PROXY TCP4 192.0.2.7 192.0.2.1 50000\r\n", "malformed"},
		{"PROXY TCP4 192.0.2.7 192.0.2.1 50000 5672 \r\n", "malformed"},
		{"PROXY TCP4  192.0.2.7 192.0.2.1 50000 5672\r\n", "malformed"},
		{"PROXY TCP4 2001:db8::7 2001:db8::1 50000 5672\r\n", "malformed"},
		{"PROXY TCP6 fe80::1%eth0 fe80::2 50000 5672\r\n", "malformed"},
		{"PROXY UDP4 192.0.2.7 192.0.2.1 50000 5672\r\n", "malformed"},
		{"PROXY localhost\r\n", "malformed"},
		{"PROXY UNKNOWN " + strings.Repeat("x", 200) + "\r\n", "more than 107 bytes"},
		{"PROXY TCP4 192.0.2.7\n", "EOF"},
		{"PRO", "EOF"},
		{"AMQP\x00\x00\x09\x01", "does not begin"},
		{"\x16\x03\x01\x02\x00\x01\x00\x01", "does not begin"},
		{"", "EOF"},
		{string(header2(0x21, 0x11, four...)), "192.0.2.7:50000 192.0.2.1:5672"},
		{string(header2(0x21, 0x11, append(four, tlv...)...)), "192.0.2.7:50000 192.0.2.1:5672"},
		{string(header2(0x21, 0x21, six...)), "[" + twenty + "]:50000 [" + twenty + "]:5672"},
		{string(header2(0x20, 0x00)), "-"},
		{string(header2(0x20, 0x11, four...)), "-"},
		{string(header2(0x21, 0x00)), "-"},
		{string(header2(0x21, 0x31, make([]byte, 216)...)), "-"},
		{string(header2(0x21, 0x12, four...)), "family"},
		{string(header2(0x11, 0x11, four...)), "version"},
		{string(header2(0x22, 0x11, four...)), "version"},
		{string(header2(0x21, 0x11, four[:11]...)), "11 bytes"},
		{string(header2(0x21, 0x21, four...)), "12 bytes"},
		{string(header2(0x21, 0x11, make([]byte, maxAddresses2+1)...)), "more than 4096 bytes"},
		{string(header2(0x21, 0x11, four...)[:20]), "EOF"},
		{"\r\n\r\n\x00\r\nQUIX" + "\x21\x11\x00\x00", "does not begin"},
	} {
		const rest = "AMQP"
		from := strings.NewReader(tt.header + rest)
		r, err := readRoute(from)
		got := "-"
		if r.from.IsValid() {
			got = fmt.Sprint(r.from, " ", r.to)
		}
		if err != nil {
			if tt.want == "EOF" && strings.Contains(err.Error(), "EOF") || strings.Contains(err.Error(), tt.want) {
				continue
			}
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%q: %s, want %s", tt.header, got, tt.want)
		}
		if left, _ := io.ReadAll(from); string(left) != rest {
			t.Errorf("%q: %q is left, want %q", tt.header, left, rest)
		}
	}
}

// TestRouteWritten: what is written in either version is read back, by one who
// wrote it another way.
func TestRouteWritten(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rnd := rand.New(rand.NewPCG(seed, 0))
	for range 1000 {
		size := []int{4, 16}[rnd.IntN(2)]
		body := make([]byte, 2*size+4)
		for i := range body {
			body[i] = byte(rnd.Uint32())
		}
		from, _ := netip.AddrFromSlice(body[:size])
		to, _ := netip.AddrFromSlice(body[size : 2*size])
		fromPort, toPort := binary.BigEndian.Uint16(body[2*size:]), binary.BigEndian.Uint16(body[2*size+2:])
		words, family := "TCP4", byte(0x11)
		if size == 16 {
			words, family = "TCP6", 0x21
		}
		one := fmt.Sprintf("PROXY %s %s %s %d %d\r\n", words, from, to, fromPort, toPort)
		r1, err1 := readRoute(strings.NewReader(one))
		r2, err2 := readRoute(bytes.NewReader(header2(0x21, family, body...)))
		want := route{netip.AddrPortFrom(from.Unmap(), fromPort), netip.AddrPortFrom(to.Unmap(), toPort)}
		if err1 != nil || err2 != nil || r1 != want || r2 != want {
			t.Fatalf("seed %d: %s\n%v %v\n%v %v", seed, one, r1, err1, r2, err2)
		}
	}
}

// TestLoopback: nobody becomes a client of this machine by saying so from
// elsewhere, or by being forwarded without an address.
func TestLoopback(t *testing.T) {
	p := &Proxy{From: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::1/128")}}
	for header, want := range map[string]bool{
		"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n": true,
		"PROXY TCP6 ::1 ::1 1 2\r\n":             true,
		"PROXY TCP4 192.0.2.7 127.0.0.1 1 2\r\n": false,
		"PROXY UNKNOWN\r\n":                      false,
		string(header2(0x20, 0x00)):              false,
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		out, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(out, header)
		in, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		c, err := p.read(in.(*net.TCPConn))
		if err != nil || c.Loopback() != want {
			t.Errorf("%q: %v, %v", header, c.Loopback(), err)
		}
		if strings.Contains(header, "UNKNOWN") && c.RemoteAddr() != in.RemoteAddr() {
			t.Errorf("of an unknown client the address is %v", c.RemoteAddr())
		}
		for _, c := range []io.Closer{out, in, l} {
			c.Close()
		}
	}
	for addr, want := range map[string]bool{"::1": true, "::2": false, "::ffff:10.0.0.1": true, "10.0.0.1": true, "fe80::1%eth0": false} {
		if got := p.trusts(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s is trusted: %v", addr, got)
		}
	}
}

func FuzzRoute(f *testing.F) {
	f.Add([]byte("PROXY TCP4 192.0.2.7 192.0.2.1 50000 5672\r\nAMQP"))
	f.Add([]byte("PROXY UNKNOWN\r\n"))
	f.Add(header2(0x21, 0x11, append(four, tlv...)...))
	f.Add(header2(0x21, 0x21, six...))
	f.Fuzz(func(t *testing.T, wire []byte) {
		in := bytes.NewReader(wire)
		r, err := readRoute(in)
		read := len(wire) - in.Len()
		switch {
		case read > max(maxHeader1, 16+maxAddresses2):
			t.Errorf("%d bytes were read", read)
		case err == nil && r.from.IsValid() != r.to.IsValid():
			t.Errorf("%v", r)
		case err == nil && r.from.Addr().Zone() != "":
			t.Errorf("a zone in %v", r)
		}
		if bytes.HasPrefix(wire, []byte("PROXY ")) && read > maxHeader1 {
			t.Errorf("%d bytes of a line were read", read)
		}
	})
}
