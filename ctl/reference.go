package ctl

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

const preamble = `# Command line

` + "`hutchmq ctl`" + ` looks after a broker with the verbs of rabbitmqctl, rabbitmq-diagnostics and rabbitmq-queues:
the same names, arguments and columns, and text with tabs and a header when the output is no terminal, so that scripts
go on working. Under one of these three names the binary is that tool:

` + "```sh" + `
ln -s hutchmq rabbitmqctl && ./rabbitmqctl list_queues name messages
` + "```" + `

It asks the management API: over the socket ` + "`hutchmq.sock`" + ` in the data directory (` + "`HUTCHMQ_DATA_DIR`" + ` or the file in
` + "`HUTCHMQ_CONFIG`" + ` say where that is), where whoever may open the directory needs no password and the audit log says
` + "`local`" + `; or else over TCP, as ` + "`guest`" + ` unless somebody else is named. In a container:

` + "```sh" + `
docker exec broker hutchmq ctl -q list_queues name messages consumers
hutchmq ctl --uri http://broker:15672 --username admin status
hutchmq ctl list_queues --json name messages | jq '.[] | select(.messages > 1000)'
hutchmq top
hutchmq doctor
` + "```" + `

` + "`hutchmq completion bash`" + ` (or zsh, or fish) prints what completes verbs, options and columns: 
` + "`source <(hutchmq completion bash)`" + `. ` + "`hutchmq top`" + ` and ` + "`hutchmq doctor`" + ` are the verbs of the same names.
`

// reference is the documentation of all verbs, in Markdown.
func (c *Command) reference(app *kong.Application) string {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(preamble, ": \n", ":\n"))
	b.WriteString("\n## Options of every verb\n\n")
	for _, f := range app.Flags {
		if !f.Hidden && f.Name != "help" {
			fmt.Fprintf(&b, "- %s\n", describeFlag(f))
		}
	}
	b.WriteString("\n## Exit codes\n\n| code | meaning |\n|---|---|\n")
	for _, e := range exits {
		fmt.Fprintf(&b, "| %d | %s |\n", e.code, e.says)
	}
	groups := map[string][]*kong.Node{}
	var order []string
	for _, n := range app.Children {
		if n.Hidden || n.Group == nil {
			continue
		}
		if groups[n.Group.Title] == nil {
			order = append(order, n.Group.Title)
		}
		groups[n.Group.Title] = append(groups[n.Group.Title], n)
	}
	for _, title := range order {
		fmt.Fprintf(&b, "\n## %s\n", title)
		for _, n := range groups[title] {
			describeVerb(&b, n)
		}
	}
	b.WriteString("\n## Verbs without a meaning here\n\nThey say why, and end with the code 70.\n\n")
	for _, name := range slices.Sorted(maps.Keys(meaningless)) {
		fmt.Fprintf(&b, "- `%s`: %s\n", name, meaningless[name])
	}
	return b.String()
}

func describeVerb(b *strings.Builder, n *kong.Node) {
	fmt.Fprintf(b, "\n### %s\n\n`%s`\n\n%s\n", n.Name, strings.TrimSpace(n.Name+" "+argumentsOf(n)), n.Help)
	var items []string
	for _, p := range n.Positional {
		items = append(items, fmt.Sprintf("`%s`: %s", p.Name, p.Help))
	}
	for _, f := range n.Flags {
		if !f.Hidden {
			items = append(items, describeFlag(f))
		}
	}
	if items != nil {
		fmt.Fprintf(b, "\n- %s\n", strings.Join(items, "\n- "))
	}
}

func argumentsOf(n *kong.Node) string {
	var parts []string
	for _, p := range n.Positional {
		parts = append(parts, p.Summary())
	}
	return strings.Join(parts, " ")
}

func describeFlag(f *kong.Flag) string {
	name := "--" + f.Name
	if f.Short != 0 {
		name = "-" + string(f.Short) + ", " + name
	}
	if !f.IsBool() {
		name += "=" + f.FormatPlaceHolder()
	}
	text := "`" + name + "`: " + f.Help
	for _, e := range f.Envs {
		text += " (`$" + e + "`)"
	}
	return text
}
