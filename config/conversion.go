package config

import (
	"cmp"
	"fmt"
	"net"
	"path"
	"slices"
	"strings"

	"github.com/hutchmq/hutchmq/spelling"
)

// conversion is a rabbitmq.conf on its way to our keys.
type conversion struct {
	name     string
	lookup   func(variable string) (string, bool)
	entries  map[string]entry
	notes    []Note
	problems []error

	loopback []string              // users; guest unless the file says otherwise
	hosts    map[string]string     // of listeners that are given as host and port apart,
	ports    map[string]assignment // by our key
	logDir   string
	logFile  assignment
	console  bool
	shown    map[string]peerCheck // by our key of how clients' certificates are verified
	lists    map[string][]string
	backends map[string]twoBackends // by number
}

func (c *conversion) refuse(a assignment, err error) {
	c.problems = append(c.problems, fmt.Errorf("%s:%d:%d: %s: %w", c.name, a.line, a.column, a.key, err))
}

func (c *conversion) note(a assignment, grave bool, says string) {
	c.notes = append(c.notes, Note{a.line, a.key, says, grave})
}

// set gives one of our keys a value; the last one counts, as in RabbitMQ.
func (c *conversion) set(path, text string, a assignment) {
	c.entries[path] = entry{text, a.line, a.column, a.key}
}

// take carries out one line.
func (c *conversion) take(a assignment) {
	r, part := ruleFor(a.key)
	switch {
	case r == nil:
		c.unknown(a)
	case r.do != nil:
		if err := r.do(c, a, part); err != nil {
			c.refuse(a, err)
		}
	case r.path == "":
		c.note(a, r.grave, r.lost)
	case r.as == nil:
		c.set(r.path, a.value, a)
	default:
		text, err := r.as(a.value)
		if err != nil {
			c.refuse(a, err)
			return
		}
		c.set(r.path, text, a)
	}
}

// fewEdits are so few that a key is a slip of the pen.
const fewEdits = 2

// unknown refuses a key that looks like a mistake, and notes one that RabbitMQ
// may know.
func (c *conversion) unknown(a assignment) {
	var names []string
	for i := range rules {
		if name := strings.TrimSuffix(rules[i].name, ".**"); !strings.Contains(name, "*") {
			names = append(names, name)
		}
	}
	best, fewest := spelling.Nearest(a.key, names)
	if fewest <= fewEdits {
		c.refuse(a, fmt.Errorf("unknown key; did you mean '%s'?", best))
		return
	}
	c.note(a, true, "not supported: ignored")
}

// finish sets what takes more than one line to know.
func (c *conversion) finish() {
	for path, a := range c.ports {
		c.set(path, net.JoinHostPort(c.hosts[path], a.value), a)
	}
	if c.loopback != nil {
		e := c.entries["auth.loopback_users"]
		e.text = cmp.Or(strings.Join(slices.DeleteFunc(c.loopback, func(u string) bool { return u == "" }), ","), "none")
		c.entries["auth.loopback_users"] = e
	}
	for key, items := range c.lists {
		e := c.entries[key]
		e.text = strings.Join(items, ",")
		c.entries[key] = e
	}
	for key, p := range c.shown {
		c.set(key, p.mode(), p.a)
	}
	switch {
	case c.logFile.key == "":
	case c.console:
		c.note(c.logFile, false, "the log goes to the console only")
	default:
		file := c.logFile.value
		if !path.IsAbs(file) {
			file = path.Join(c.logDir, file)
		}
		c.set("log.file", file, c.logFile)
	}
}

// listen sets where a face listens; it listens at one place.
func listen(key string) func(*conversion, assignment, string) error {
	return func(c *conversion, a assignment, _ string) error {
		addr, err := toAddr(a.value)
		if err != nil {
			return err
		}
		if before, twice := c.entries[key]; twice && before.text != addr {
			c.note(a, true, "there is one such listener, at "+before.text+": ignored")
			return nil
		}
		c.set(key, addr, a)
		return nil
	}
}

// port and host set a listener whose address is given in two lines.
func port(key string) func(*conversion, assignment, string) error {
	return func(c *conversion, a assignment, _ string) error {
		if c.ports == nil {
			c.ports = map[string]assignment{}
		}
		c.ports[key] = a
		return nil
	}
}

func host(key, port string) func(*conversion, assignment, string) error {
	return func(c *conversion, a assignment, _ string) error {
		if c.hosts == nil {
			c.hosts = map[string]string{}
		}
		c.hosts[key] = a.value
		if _, given := c.ports[key]; !given {
			if c.ports == nil {
				c.ports = map[string]assignment{}
			}
			c.ports[key] = assignment{a.key, port, a.line, a.column}
		}
		return nil
	}
}

// item adds a value to a list, unless it is there.
func item(key string, as func(string) string) func(*conversion, assignment, string) error {
	return func(c *conversion, a assignment, _ string) error {
		if c.lists == nil {
			c.lists = map[string][]string{}
		}
		c.set(key, "", a)
		if text := as(a.value); !slices.Contains(c.lists[key], text) {
			c.lists[key] = append(c.lists[key], text)
		}
		return nil
	}
}

// loopbackUser sets whether one user, or with none any, is bound to this
// machine.
func loopbackUser(c *conversion, a assignment, user string) error {
	if c.loopback == nil {
		c.loopback = []string{"guest"}
	}
	c.set("auth.loopback_users", "", a)
	c.loopback = slices.DeleteFunc(c.loopback, func(u string) bool { return u == user || user == "" })
	switch {
	case user == "" && a.value != "none":
		return fmt.Errorf("want none, got '%s'", a.value)
	case user != "" && a.value == "true":
		c.loopback = append(c.loopback, user)
	case user != "" && a.value != "false":
		return fmt.Errorf("want true or false, got '%s'", a.value)
	}
	return nil
}

// only accepts what the broker does anyway, and notes the rest.
func only(says string, values ...string) func(*conversion, assignment, string) error {
	return func(c *conversion, a assignment, _ string) error {
		if !slices.Contains(values, a.value) {
			c.note(a, true, says)
		}
		return nil
	}
}

// leveled sets the level of the log; of several places the most talkative one.
func leveled(c *conversion, a assignment, _ string) error {
	level, err := toLevel(a.value)
	order := []string{"", "debug", "info", "warn", "error"}
	if before := c.entries["log.level"].text; err == nil && (before == "" || slices.Index(order, level) < slices.Index(order, before)) {
		c.set("log.level", level, a)
	}
	return err
}

// tagged is a tag of the default user, who is an administrator.
func tagged(c *conversion, a assignment, tag string) error {
	if (tag == "administrator") != (a.value == "true") {
		c.note(a, true, "the first user is an administrator")
	}
	return nil
}

// logged is log.file: a name, or false.
func logged(c *conversion, a assignment, _ string) error {
	if a.value != "false" {
		c.logFile = a
	}
	return nil
}
