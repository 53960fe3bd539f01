package ctl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// completions are what shells are told, with the program and then all its
// names. Each asks the program itself, with what has been typed so far.
var completions = map[string]string{
	"bash": `_hutchmq() {
	local IFS=$'\n'
	COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _hutchmq %[1]s
`,
	"zsh": `#compdef %[1]s
_hutchmq() {
	local -a found
	found=("${(@f)$("${words[1]}" complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	compadd -- $found || _files
}
compdef _hutchmq %[1]s
`,
	"fish": `for name in %[1]s
	complete -c $name -a '('$name' complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
end
`,
}

// Shells are those that there is completion for.
func Shells() []string { return []string{"bash", "fish", "zsh"} }

// Completion is what a shell should be told, for the program by all its names.
func Completion(shell string, names ...string) string {
	return fmt.Sprintf(completions[shell], strings.Join(names, " "))
}

// Complete lists what the last of words, which may be empty or a beginning,
// could become in the command line of c.
func (c *Command) Complete(words []string) []string {
	parser, err := c.parser(new(grammar), func(int) {})
	if err != nil {
		return nil
	}
	return Complete(parser.Model.Node, words)
}

// Complete lists what the last of words could become below a node.
func Complete(n *kong.Node, words []string) []string {
	if len(words) == 0 {
		words = []string{""}
	}
	last := words[len(words)-1]
	given := 0
	var wants *kong.Flag
	for _, w := range words[:len(words)-1] {
		child := childNamed(n, w)
		switch {
		case wants != nil:
			wants = nil
		case strings.HasPrefix(w, "-"):
			wants = waiting(n, w)
		case child != nil:
			n = child
		default:
			given++
		}
	}
	var all []string
	switch {
	case wants != nil:
		all = enumOf(wants.Value)
	case strings.HasPrefix(last, "-"):
		all = flagsOf(n)
	default:
		all = append(childrenOf(n), argumentOf(n, given)...)
	}
	return slices.DeleteFunc(all, func(s string) bool { return !strings.HasPrefix(s, last) })
}

func childNamed(n *kong.Node, name string) *kong.Node {
	for _, child := range n.Children {
		if child.Name == name {
			return child
		}
	}
	return nil
}

func childrenOf(n *kong.Node) (names []string) {
	for _, child := range n.Children {
		if !child.Hidden {
			names = append(names, child.Name)
		}
	}
	slices.Sort(names)
	return names
}

// waiting is the flag that w is, if its value comes in the next word.
func waiting(n *kong.Node, w string) *kong.Flag {
	for _, group := range n.AllFlags(false) {
		for _, f := range group {
			named := w == "--"+f.Name || f.Short != 0 && w == "-"+string(f.Short)
			if named && !f.IsBool() {
				return f
			}
		}
	}
	return nil
}

func flagsOf(n *kong.Node) (names []string) {
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			names = append(names, "--"+f.Name)
		}
	}
	slices.Sort(names)
	return names
}

// enumOf are the values that v may have, if they are few.
func enumOf(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return slices.DeleteFunc(strings.Split(v.Enum, ","), func(s string) bool { return s == "" })
}

// argumentOf are the values of the argument that comes after so many.
func argumentOf(n *kong.Node, given int) []string {
	if len(n.Positional) == 0 {
		return nil
	}
	v := n.Positional[min(given, len(n.Positional)-1)]
	if l, ok := listings[v.Tag.Get("columns")]; ok {
		return strings.Fields(namesOf(l.columns))
	}
	return enumOf(v)
}
