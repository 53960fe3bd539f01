package ctl

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hutchmq/hutchmq/ctl/client"
)

type logVerbs struct {
	SetLogLevel   setLogLevel   `cmd:"" name:"set_log_level" group:"Log" help:"Change what is logged, until the broker stops."`
	RotateLogs    rotateLogs    `cmd:"" name:"rotate_logs" group:"Log" help:"Put the log file aside and begin a new one; a log that goes to a stream stays as it is."`
	LogTail       logTail       `cmd:"" name:"log_tail" group:"Log" help:"Print the end of the log."`
	LogTailStream logTailStream `cmd:"" name:"log_tail_stream" group:"Log" help:"Print the log as it is written."`
	LogLocation   logLocation   `cmd:"" name:"log_location" group:"Log" help:"Print where the log is."`
}

// levels are the words of RabbitMQ, and ours.
var levels = map[string]string{
	"debug": "debug", "info": "info", "notice": "info", "warning": "warn", "warn": "warn",
	"error": "error", "critical": "error", "alert": "error", "emergency": "error",
}

type setLogLevel struct {
	Level string `arg:"" help:"debug, info, notice, warning, error, critical."`
}

// Run sets the level.
func (v *setLogLevel) Run(o *operator) error {
	level := levels[v.Level]
	if level == "" {
		return fail(exitData, "there is no level '%s'; there are debug, info, warning and error", v.Level)
	}
	o.say("Setting log level to \"%s\" ...", level)
	return o.put(map[string]string{"level": level}, "x", "log", "level")
}

type rotateLogs struct{}

// Run has the broker do it.
func (*rotateLogs) Run(o *operator) error {
	o.say("Rotating the log of the node ...")
	return o.post(nil, nil, "x", "log", "rotate")
}

type logLocation struct {
	All bool `name:"all" short:"a" hidden:""`
}

// Run prints where the log is.
func (*logLocation) Run(o *operator) error {
	v, err := o.overview()
	if err != nil {
		return err
	}
	var n struct {
		Files []string `json:"log_files"`
	}
	if err := o.get(&n, "nodes", v.Node); err != nil {
		return err
	}
	for _, file := range n.Files {
		o.print("%s", file)
	}
	return nil
}

// logLine is a line of the log.
type logLine struct {
	ID      uint64            `json:"id"`
	AtMs    int64             `json:"time"`
	Level   string            `json:"level"`
	Text    string            `json:"message"`
	Details map[string]string `json:"details"`
}

func (l *logLine) String() string {
	var b strings.Builder
	b.WriteString(time.UnixMilli(l.AtMs).Format("2006-01-02 15:04:05.000") + " [" + l.Level + "] " + oneLine(l.Text))
	for _, key := range slices.Sorted(maps.Keys(l.Details)) {
		b.WriteString(" " + oneLine(key) + "=" + oneLine(l.Details[key]))
	}
	return b.String()
}

// mostLines are as many as the API gives at once.
const mostLines = 500

// log is the log after a line, at most so many lines.
func (o *operator) log(after uint64, most int) ([]logLine, error) {
	var said struct{ Lines []logLine }
	path := client.Path("x", "log") + "?after=" + strconv.FormatUint(after, 10) + "&limit=" + strconv.Itoa(most)
	err := o.client.Get(o.ctx, path, &said)
	return said.Lines, err
}

type logTail struct {
	Count int `name:"number" short:"N" default:"50" help:"How many lines, 500 at most."`
}

// Run prints the last lines.
func (v *logTail) Run(o *operator) error {
	list, err := o.log(0, min(max(v.Count, 1), mostLines))
	if err != nil {
		return err
	}
	for i := range list {
		o.print("%s", list[i].String())
	}
	return nil
}

type logTailStream struct {
	Seconds float64 `name:"duration" short:"d" default:"0" placeholder:"SECONDS" help:"For how long; 0 is until it is interrupted."`
}

// lookEvery is how often the log is looked at.
const lookEvery = time.Second

// Run prints what is logged from now on.
func (v *logTailStream) Run(o *operator) error {
	last, err := o.log(0, 1)
	if err != nil {
		return err
	}
	var after uint64
	for _, l := range last {
		after = l.ID
	}
	ctx, stop := o.ctx, context.CancelFunc(func() {})
	if v.Seconds > 0 {
		ctx, stop = context.WithTimeout(o.ctx, time.Duration(v.Seconds*float64(time.Second)))
	}
	defer stop()
	for {
		list, err := o.log(after, mostLines)
		if err != nil {
			return err
		}
		for i := range list {
			o.print("%s", list[i].String())
			after = list[i].ID
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookEvery):
		}
	}
}
