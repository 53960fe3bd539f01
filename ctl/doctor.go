package ctl

import (
	"fmt"
	"strings"
)

// verdict is how well something is.
type verdict string

const (
	well    verdict = "ok"
	doubt   verdict = "warning" // it works, but may not for long
	trouble verdict = "problem" // it keeps a broker from working
)

// finding is what the doctor says of one thing.
type finding struct {
	what    string
	verdict verdict
	says    string
	advice  string // what to do; empty when all is well
}

func (f *finding) row() row {
	return row{"check": f.what, "verdict": string(f.verdict), "finding": f.says, "advice": f.advice}
}

var findings = listing{plainColumns("check", "verdict", "finding", "advice"), "check verdict finding advice"}

type doctor struct{}

// Run examines the machine, the data directory and the broker. It changes
// nothing, and opens nothing that a running broker holds.
func (*doctor) Run(o *operator) error {
	m := o.machine
	v, n, err := o.node()
	running := err == nil
	var all []finding
	all = append(all, m.settings())
	all = append(all, m.dataDir(running)...)
	if running {
		all = append(all, o.listening(v.Listeners)...)
	} else {
		all = append(all, m.ports()...)
	}
	all = append(all, m.files(n, running), m.clock())
	all = append(all, m.certificates()...)
	all = append(all, m.keyFile()...)
	all = append(all, o.broker(running)...)
	return o.diagnose(all)
}

// diagnose prints findings. A problem is an error.
func (o *operator) diagnose(all []finding) error {
	problems := 0
	var rows []row
	for i := range all {
		f := &all[i]
		rows = append(rows, f.row())
		if f.verdict == trouble {
			problems++
		}
		if o.Formatter == "" {
			o.print("%s", f)
		}
	}
	if o.Formatter != "" {
		if err := o.showRows(findings, nil, rows); err != nil {
			return err
		}
	}
	if problems > 0 {
		return fail(exitUnavailable, "problems found: %d", problems)
	}
	return nil
}

// String is f in a line, or in two with advice.
func (f *finding) String() string {
	text := fmt.Sprintf("%-8s %-15s %s", f.verdict, f.what, oneLine(f.says))
	if f.advice != "" {
		text += "\n" + strings.Repeat(" ", 9) + "→ " + oneLine(f.advice)
	}
	return text
}

// broker asks a running broker how it is.
func (o *operator) broker(running bool) []finding {
	if !running {
		err := o.client.Get(o.ctx, "/livez", nil)
		if err == nil {
			return []finding{{"broker", doubt, "it answers at " + o.client.Where() + ", but not to this user", "give --username and --password of a user with the tag monitoring, or be who may open the data directory"}}
		}
		return []finding{{"broker", doubt, "it does not run: " + err.Error(), "start it with: hutchmq server"}}
	}
	list := []finding{o.readiness()}
	v, n, err := o.node()
	if err != nil {
		return append(list, finding{"broker", trouble, err.Error(), "see its log"})
	}
	if v.Version != o.command.Version {
		list = append(list, finding{"version", doubt, "the broker is " + v.Version + ", and this program is " + o.command.Version, "restart the broker to have it run this version"})
	}
	alarm := finding{"alarms", well, "none", ""}
	if alarms := n.alarms(); len(alarms) > 0 {
		alarm = finding{"alarms", trouble, "low on " + strings.Join(alarms, " and ") + ": publishers are stopped", "consume or delete messages, give it more, or see set_vm_memory_high_watermark and set_disk_free_limit"}
	}
	return append(list, alarm)
}

func (o *operator) readiness() finding {
	if err := o.client.Get(o.ctx, "/readyz", nil); err != nil {
		return finding{"broker", trouble, "it cannot serve: " + err.Error(), "see its log: hutchmq ctl log_tail"}
	}
	return finding{"broker", well, "it serves clients, and answers at " + o.client.Where(), ""}
}

// listening finds out whether connections can be opened to a broker that runs.
func (o *operator) listening(list []listener) []finding {
	var all []finding
	for i := range list {
		l := &list[i]
		f := finding{"port", well, l.Protocol + ": the broker listens at " + l.reachable(), ""}
		if err := o.connect(l.reachable()); err != nil {
			f = finding{"port", trouble, l.Protocol + ": " + err.Error(), "see what keeps connections from " + l.reachable()}
		}
		all = append(all, f)
	}
	return all
}
