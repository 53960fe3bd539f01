// Command hutchmq is the message broker, and the tools that go with it, in
// one binary. It parses its arguments and wires the rooms together; it knows
// who is who, and does nothing itself.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"

	"github.com/hutchmq/hutchmq/ctl"
	"github.com/hutchmq/hutchmq/definitions/cli"
	"github.com/hutchmq/hutchmq/drain"
)

// version is set by the linker.
var version = "0.0.0-dev"

// exitUsage is EX_USAGE of sysexits.h; other exit codes are those of ctl,
// exitLost, and those of a drain.
const exitUsage = 64

// errUsage marks an error in what the operator wrote, on the command line, in
// the environment or in a file.
var errUsage = errors.New("")

// errLost marks that a conversion is not complete.
var errLost = errors.New("")

type commands struct {
	Server      serverCommand      `cmd:"" help:"Run the broker until it is sent SIGTERM or SIGINT."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
	Config      configCommand      `cmd:"" help:"Explain and check the configuration."`
	Backup      backupCommand      `cmd:"" help:"Write all that a broker keeps into one file, while it runs."`
	Restore     restoreCommand     `cmd:"" help:"Make a data directory of a backup."`
	Verify      verifyCommand      `cmd:"" help:"Check a data directory, or a backup, to the last byte."`
	Encryption  encryptionCommand  `cmd:"" help:"Encrypt a data directory, change its key, and look at both."`
	Ctl         ctlCommand         `cmd:"" passthrough:"" help:"Look after a broker, as rabbitmqctl does."`
	Top         topCommand         `cmd:"" passthrough:"" help:"Watch a broker: its rates, the longest queues, the busiest connections."`
	Doctor      doctorCommand      `cmd:"" passthrough:"" help:"Examine settings, data directory, ports, limits and the broker, and say what to do."`
	Definitions definitionsCommand `cmd:"" help:"Check definitions files, and have a broker follow them."`
	Drain       drainCommand       `cmd:"" help:"Move what is in the queues of another broker, RabbitMQ for one, into those of this one."`
	Perf        perfCommand        `cmd:"" passthrough:"" help:"Load a broker, this one or another, and measure it."`

	Completion completionCommand `cmd:"" help:"Print what completes commands in a shell."`
	Complete   completeCommand   `cmd:"" hidden:"" passthrough:""`
}

func main() {
	args := arguments(os.Args)
	if len(args) == 0 {
		args = []string{"--help"}
	}
	call, err := newParser().Parse(args)
	if err != nil {
		fail(exitUsage, err)
	}
	if err := call.Run(); err != nil {
		if said, ok := errors.AsType[cli.Exit](err); ok {
			os.Exit(int(said))
		}
		fail(exitCode(err), err)
	}
}

// newParser reads the command line.
func newParser() *kong.Kong {
	return kong.Must(new(commands),
		kong.Name("hutchmq"),
		kong.Description("An AMQP 0-9-1 message broker. Start it with: hutchmq server"),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		flagHelp(),
	)
}

func exitCode(err error) int {
	switch {
	case errors.Is(err, errUsage):
		return exitUsage
	case errors.Is(err, errLost):
		return exitLost
	case errors.Is(err, drain.ErrStays):
		return exitStays
	case errors.Is(err, drain.ErrLost):
		return exitUnreachable
	}
	return ctl.ExitCode(err)
}

// fail ends the process with one clear message.
func fail(code int, err error) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", programName(os.Args[0]), err)
	os.Exit(code)
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run() error {
	fmt.Println("hutchmq", version)
	return nil
}
