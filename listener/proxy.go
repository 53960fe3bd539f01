package listener

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Proxy is how clients are told apart that come through a proxy: by the PROXY
// protocol, version 1 or 2, which each connection has to begin with.
type Proxy struct {
	// From are the networks that proxies are in. Who is not there could claim
	// to be anybody, and is refused.
	From []netip.Prefix
}

// A header is read bytewise or in exact pieces, so that nothing of what follows
// it has to be kept anywhere.
const (
	maxHeader1    = 107     // with the line end, as the protocol has it
	maxAddresses2 = 4 << 10 // with what else a proxy tells, which nobody asks for
	prefixBytes   = 8       // the least that tells what it is
)

const signature2 = "\r\n\r\n\x00\r\nQUIT\n"

// proxied is a connection that came through a proxy. Otherwise it is the TCP
// connection to the proxy, and is written to in the same ways.
type proxied struct {
	*net.TCPConn
	local, remote net.Addr
	loopback      bool
}

// LocalAddr implements net.Conn: it is what the client connected to.
func (p *proxied) LocalAddr() net.Addr { return p.local }

// RemoteAddr implements net.Conn: it is the client, if the proxy said who it
// is.
func (p *proxied) RemoteAddr() net.Addr { return p.remote }

// Loopback reports whether the client is on this machine, which is sure when
// both it and the proxy are. An address of a proxy elsewhere, or of one that
// does not tell who the client is, proves nothing.
func (p *proxied) Loopback() bool { return p.loopback }

// route is what a header tells: who connected to what. Neither is valid when
// the proxy speaks for itself, or does not know.
type route struct{ from, to netip.AddrPort }

// read takes the header off nc, whose deadline bounds how long that takes.
func (p *Proxy) read(nc *net.TCPConn) (*proxied, error) {
	addr := nc.RemoteAddr().(*net.TCPAddr)
	if !p.trusts(addr.AddrPort().Addr()) {
		return nil, fmt.Errorf("%s is not among the proxies that are trusted (proxy_protocol_from)", addr.IP)
	}
	r, err := readRoute(nc)
	if err != nil {
		return nil, err
	}
	c := &proxied{TCPConn: nc, local: nc.LocalAddr(), remote: addr}
	if r.from.IsValid() {
		c.local, c.remote = net.TCPAddrFromAddrPort(r.to), net.TCPAddrFromAddrPort(r.from)
		c.loopback = addr.IP.IsLoopback() && r.from.Addr().IsLoopback()
	}
	return c, nil
}

func (p *Proxy) trusts(addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	for _, network := range p.From {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

var errNoHeader = errors.New("the connection does not begin with a PROXY header")

// readRoute reads a header, and not a byte more.
func readRoute(r io.Reader) (route, error) {
	var head [prefixBytes]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return route{}, err
	}
	switch {
	case string(head[:]) == signature2[:prefixBytes]:
		return readRoute2(r)
	case bytes.HasPrefix(head[:], []byte("PROXY ")):
		return readRoute1(r, head[:])
	}
	return route{}, fmt.Errorf("%w, but with %q", errNoHeader, head)
}

// readRoute1 reads the rest of a line, of which head has come.
func readRoute1(r io.Reader, head []byte) (route, error) {
	line := append(make([]byte, 0, maxHeader1), head...)
	for !bytes.HasSuffix(line, []byte("\r\n")) {
		if len(line) == maxHeader1 {
			return route{}, fmt.Errorf("PROXY header of more than %d bytes", maxHeader1)
		}
		line = line[:len(line)+1]
		if _, err := io.ReadFull(r, line[len(line)-1:]); err != nil {
			return route{}, err
		}
	}
	return parseRoute1(strings.TrimSuffix(string(line), "\r\n"))
}

// parseRoute1 parses a line such as
//
//	PROXY TCP4 192.0.2.7 192.0.2.1 50000 5672
func parseRoute1(line string) (route, error) {
	words := strings.Split(line, " ")
	if len(words) > 1 && words[1] == "UNKNOWN" {
		return route{}, nil
	}
	bad := fmt.Errorf("malformed PROXY header %q", line)
	if len(words) != 6 || words[1] != "TCP4" && words[1] != "TCP6" {
		return route{}, bad
	}
	from, err1 := netip.ParseAddr(words[2])
	to, err2 := netip.ParseAddr(words[3])
	fromPort, err3 := strconv.ParseUint(words[4], 10, 16)
	toPort, err4 := strconv.ParseUint(words[5], 10, 16)
	four := words[1] == "TCP4"
	if errors.Join(err1, err2, err3, err4) != nil || from.Is4() != four || to.Is4() != four || from.Zone()+to.Zone() != "" {
		return route{}, bad
	}
	return route{
		netip.AddrPortFrom(from.Unmap(), uint16(fromPort)), netip.AddrPortFrom(to.Unmap(), uint16(toPort)),
	}, nil
}

// readRoute2 reads what follows the first bytes of the signature:
//
//	the rest of it       4 bytes
//	version and command  1 byte, 0x20 LOCAL or 0x21 PROXY
//	family               1 byte, 0x11 TCP over IPv4, 0x21 over IPv6, 0x31 Unix, 0x00 none
//	length               2 bytes, of what follows
//	addresses, ports     12 or 36 bytes
//	and what else        as the length says
func readRoute2(r io.Reader) (route, error) {
	var head [8]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return route{}, err
	}
	command, family, length := head[4], head[5], binary.BigEndian.Uint16(head[6:])
	switch {
	case string(head[:4]) != signature2[prefixBytes:]:
		return route{}, errNoHeader
	case command != 0x20 && command != 0x21:
		return route{}, fmt.Errorf("PROXY header with version and command %#x", command)
	case length > maxAddresses2:
		return route{}, fmt.Errorf("PROXY header of more than %d bytes", maxAddresses2)
	}
	body := make([]byte, length)
	if _, err := io.ReadFull(r, body); err != nil {
		return route{}, err
	}
	if command == 0x20 {
		return route{}, nil
	}
	return parseRoute2(family, body)
}

func parseRoute2(family byte, b []byte) (route, error) {
	size := 0 // of an address
	switch family {
	case 0x00, 0x31:
		return route{}, nil
	case 0x11:
		size = 4
	case 0x21:
		size = 16
	default:
		return route{}, fmt.Errorf("PROXY header with family and protocol %#x", family)
	}
	if len(b) < 2*size+4 {
		return route{}, fmt.Errorf("PROXY header with %d bytes of addresses", len(b))
	}
	from, _ := netip.AddrFromSlice(b[:size])
	to, _ := netip.AddrFromSlice(b[size : 2*size])
	ports := b[2*size:]
	return route{
		netip.AddrPortFrom(from.Unmap(), binary.BigEndian.Uint16(ports)),
		netip.AddrPortFrom(to.Unmap(), binary.BigEndian.Uint16(ports[2:])),
	}, nil
}
