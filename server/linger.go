package server

import (
	"bytes"

	"github.com/hutchmq/hutchmq/amqp"
)

// closeOkFrame is connection.close-ok on the wire.
var closeOkFrame = amqp.AppendMethod(nil, 0, &amqp.ConnectionCloseOk{})

// linger reads on where no frames can be told apart any more, until the peer
// has said close-ok or hung up, or the deadline is there. Closing a socket with
// bytes unread resets it, and the peer would not learn why.
func (c *connection) linger() {
	var buf [512]byte
	n := 0
	for {
		read, err := c.nc.Read(buf[n:])
		n += read
		if err != nil || bytes.HasSuffix(buf[:n], closeOkFrame) {
			return
		}
		keep := min(n, len(closeOkFrame)-1)
		n = copy(buf[:], buf[n-keep:n])
	}
}
