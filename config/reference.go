package config

import (
	"fmt"
	"strings"
)

const preamble = `# Configuration

Every key is optional. A value comes from, strongest first: a flag of ` + "`hutchmq server`" + `,
the environment, the file named by ` + "`--config`" + ` or ` + "`HUTCHMQ_CONFIG`" + `, the default.

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
address. A user other than the ones in ` + "`auth.loopback_users`" + ` may log in from anywhere.

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
	if k.Flag != "" {
		fmt.Fprintf(b, "- flag: `--%s`\n", k.Flag)
	}
}
