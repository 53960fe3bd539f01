package ctl

import (
	"bytes"
	"encoding/json"
	"io"
	"os"

	"github.com/hutchmq/hutchmq/ctl/client"
	"github.com/hutchmq/hutchmq/definitions"
)

type definitionVerbs struct {
	ExportDefinitions exportDefinitions `cmd:"" name:"export_definitions" group:"Definitions" help:"Write users, vhosts, policies, queues, exchanges and bindings to a file."`
	ImportDefinitions importDefinitions `cmd:"" name:"import_definitions" group:"Definitions" help:"Make what a definitions file, JSON or YAML, says."`
}

type exportDefinitions struct {
	File   string `arg:"" help:"Where to; - is the output."`
	Format string `enum:"json" default:"json" help:"json."`
}

// Run writes the definitions of the whole broker, in a file that only its
// owner can read: there are hashes of passwords in it.
func (v *exportDefinitions) Run(o *operator) error {
	var text json.RawMessage
	if err := o.get(&text, "definitions"); err != nil {
		return err
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, text, "", "  "); err != nil {
		return err
	}
	pretty.WriteByte('\n')
	if v.File == "-" {
		_, err := o.command.Out.Write(pretty.Bytes())
		return err
	}
	o.say("Exporting definitions in JSON to a file at \"%s\" ...", v.File)
	return os.WriteFile(v.File, pretty.Bytes(), 0o600)
}

type importDefinitions struct {
	File string `arg:"" optional:"" default:"-" help:"Where from; - is the input, as it is without."`
	Skip bool   `name:"skip-if-unchanged" hidden:""`
}

// maxDefinitionsBytes bounds a file that is imported.
const maxDefinitionsBytes = 64 << 20

// Run imports a file, in all its vhosts.
func (v *importDefinitions) Run(o *operator) error {
	text, err := v.read(o)
	if err != nil {
		return failure{exitData, err.Error()}
	}
	if !json.Valid(text) {
		d, err := definitions.Parse(v.name(text), text)
		if err != nil {
			return failure{exitData, err.Error()}
		}
		if text, err = d.JSON(); err != nil {
			return err
		}
	}
	o.say("Importing definitions from %s ...", v.where())
	if err := o.client.Post(o.ctx, client.Path("definitions"), json.RawMessage(text), nil); err != nil {
		return err
	}
	o.say("Done.")
	return nil
}

func (v *importDefinitions) read(o *operator) ([]byte, error) {
	if v.File == "-" {
		return io.ReadAll(io.LimitReader(o.command.In, maxDefinitionsBytes))
	}
	f, err := os.Open(v.File)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxDefinitionsBytes))
}

// name is the name of the file, which says how it is written. Of the input it
// is the first letter that does.
func (v *importDefinitions) name(text []byte) string {
	switch {
	case v.File != "-":
		return v.File
	case bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")):
		return "input.json"
	}
	return "input.yaml"
}

func (v *importDefinitions) where() string {
	if v.File == "-" {
		return "the input"
	}
	return v.File
}
