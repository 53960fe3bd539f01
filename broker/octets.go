package broker

// Octets is what went over a socket: bytes, and the reads and writes that it
// took. RabbitMQ's recv_cnt and send_cnt count packets; so do these, about.
type Octets struct {
	Received, Reads uint64
	Sent, Writes    uint64
}

func (o *Octets) add(p Octets) {
	o.Received += p.Received
	o.Reads += p.Reads
	o.Sent += p.Sent
	o.Writes += p.Writes
}

// Octets is what went over the connection so far. It may be called from
// anywhere.
func (c *Connection) Octets() Octets {
	if c.Client.Octets == nil {
		return Octets{}
	}
	return c.Client.Octets()
}

// Pending is how many bytes wait to be sent. It may be called from anywhere.
func (c *Connection) Pending() int {
	if c.Client.Pending == nil {
		return 0
	}
	return c.Client.Pending()
}

// State is "running", "blocking" (there is an alarm, and it will be stopped
// once it publishes), "blocked" or "flow" (it waits for the disk). It may be
// called from anywhere.
func (c *Connection) State() string {
	if c.Client.State == nil {
		return "running"
	}
	return c.Client.State()
}

// ProvidedName is what the client calls the connection, "" if nothing.
func (c *Connection) ProvidedName() string {
	name, _ := c.Properties["connection_name"].(string)
	return name
}
