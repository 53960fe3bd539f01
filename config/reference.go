package config

import (
	"fmt"
	"strings"
)

const preamble = `# Configuration

Every key is optional. A value comes from, strongest first: a flag of ` + "`hutchmq server`" + `,
the environment, the file named by ` + "`--config`" + `, ` + "`HUTCHMQ_CONFIG` or `RABBITMQ_CONFIG_FILE`" + `, the default.

| command | what it does |
|---|---|
| ` + "`hutchmq config init`" + ` | prints a file with every key, explained, for you to edit |
| ` + "`hutchmq config check`" + ` | finds all mistakes, each with file, line and column, and starts nothing |
| ` + "`hutchmq config show`" + ` | prints every value, and where it comes from |
| ` + "`hutchmq config convert rabbitmq.conf`" + ` | prints the YAML for a rabbitmq.conf |
| ` + "`hutchmq config reference`" + ` | prints this page |

The file is YAML, with a level for every dot of a key:

` + "```yaml" + `
data_dir: /var/lib/hutchmq
listeners:
  amqp: {addr: ":5672"}
  metrics: {addr: none}
limits:
  max_message_size: 16MiB
  heartbeat: 60s
` + "```" + `

An unknown key is an error. Durations have a unit (` + "`500ms`, `60s`, `5m`" + `), sizes may have one
(` + "`128KiB`, `16MiB`, `1MB`" + `; without one they are bytes). An address is ` + "`host:port` or `:port`" + `;
empty, ` + "`none` or `off`" + ` turns the listener off. A list in the environment is separated by commas,
and ` + "`none`" + ` is the empty list. A variable that is set but empty counts as not set, except for an
address. The variables of ` + "`defaults`" + ` and of secrets may end in ` + "`_FILE` or `__FILE`" + `, and then name a
file that holds the value. A user other than the ones in ` + "`auth.loopback_users`" + ` may log in from anywhere.

## Coming from RabbitMQ

` + "`--config`" + ` takes a rabbitmq.conf as it is, told apart by its name (` + "`.conf`" + `) or its first line. What has no
counterpart is named in the log, a line each, and ignored; a slip of the pen is an error. ` + "`$(NAME)`" + ` is the
variable of that name. An advanced.config is Erlang, and is not read. ` + "`hutchmq config convert`" + ` prints the same
as YAML, with the lost lines as comments; it exits with 2 if the broker would not do something that the file
asks for, such as speaking MQTT.

## Reloading

SIGHUP and ` + "`POST /api/x/config/reload`" + ` (as administrator) read the file and the environment again. Keys marked
*live* take effect at once; others are named in the log and the answer, and wait for a restart. A file with a
mistake changes nothing. What client and broker agreed on when a connection was opened, such as its heartbeat,
stays for that connection. Definitions are imported again, and certificates read again.

` + "`GET /api/x/config`" + ` and the page *Node* show what is in effect, where it comes from, and what waits for a restart.

## Exit codes

| code | meaning |
|---|---|
| 0 | stopped in order, or done |
| 1 | failed: a port in use, a data directory that cannot be opened, ... |
| 2 | ` + "`config convert`" + `: something of weight has no counterpart |
| 64 | a mistake on the command line, in the environment or in the file |

<!-- Written by hutchmq config reference: edit config/keys.go, then run make docs. -->
`

// Reference is the documentation of all keys, in Markdown.
func Reference() string {
	var b strings.Builder
	b.WriteString(preamble)
	for i := range Keys {
		Keys[i].describe(&b)
	}
	return b.String()
}

func (k *Key) describe(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", k.Path, k.Says)
	fmt.Fprintf(b, "- type: %s\n", k.Type())
	if k.Default != "" {
		fmt.Fprintf(b, "- default: `%s`\n", k.Default)
	}
	if k.Max != 0 {
		fmt.Fprintf(b, "- from %s to %s\n", k.print(k.Min), k.print(k.Max))
	}
	fmt.Fprintf(b, "- environment: `%s`\n", strings.Join(k.Variables(), "`, `"))
	if k.Live {
		b.WriteString("- live: a reload changes it at once\n")
	}
	if k.Flag != "" {
		fmt.Fprintf(b, "- flag: `--%s`\n", k.Flag)
	}
}
