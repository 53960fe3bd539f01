package main

import (
	"fmt"
	"os"

	"github.com/hutchmq/hutchmq/ctl"
)

type completionCommand struct {
	Shell string `arg:"" enum:"bash,fish,zsh" help:"bash, fish or zsh."`
}

// Run prints what the shell should be told.
func (c *completionCommand) Run() error {
	fmt.Print(ctl.Completion(c.Shell, append([]string{"hutchmq"}, otherNames...)...))
	return nil
}

// completeCommand is what shells ask.
type completeCommand struct {
	Words []string `arg:"" optional:""`
}

// Run prints what the last word could become, one a line.
func (c *completeCommand) Run() error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	for _, word := range complete(programName(os.Args[0]), words) {
		fmt.Println(word)
	}
	return nil
}

// complete lists what the last of words could become, behind the name of a
// program.
func complete(program string, words []string) []string {
	if program != "hutchmq" {
		return operator().Complete(words)
	}
	if len(words) > 1 {
		switch words[0] {
		case "ctl":
			return operator().Complete(words[1:])
		case "top", "doctor":
			return operator().Complete(words)
		}
	}
	return ctl.Complete(newParser().Model.Node, words)
}
