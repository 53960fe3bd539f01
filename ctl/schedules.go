package ctl

type scheduleVerbs struct {
	ListSchedules  listSchedules  `cmd:"" name:"list_schedules" group:"Delayed messages and schedules" help:"List the schedules of the vhost."`
	SetSchedule    setSchedule    `cmd:"" name:"set_schedule" group:"Delayed messages and schedules" help:"Make a schedule, or change it."`
	ClearSchedule  clearSchedule  `cmd:"" name:"clear_schedule" group:"Delayed messages and schedules" help:"Delete a schedule."`
	RunSchedule    runSchedule    `cmd:"" name:"run_schedule" group:"Delayed messages and schedules" help:"Publish what a schedule publishes, now."`
	PauseSchedule  pauseSchedule  `cmd:"" name:"pause_schedule" group:"Delayed messages and schedules" help:"Stop a schedule, until it is resumed."`
	ResumeSchedule resumeSchedule `cmd:"" name:"resume_schedule" group:"Delayed messages and schedules" help:"Let a schedule go on."`
}

var schedules = listing{
	append(plainColumns("name", "vhost", "cron", "every", "time_zone", "exchange", "routing_key", "enabled", "missed", "runs"),
		column{name: "next", key: "next", text: moment}, column{name: "last", key: "last", text: moment}),
	"name cron every exchange routing_key enabled next last",
}

type listSchedules struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"schedule" help:"What to show, of: ${schedule_columns}."`
}

// Run lists schedules.
func (v *listSchedules) Run(o *operator) error {
	o.say("Listing schedules for vhost %s ...", o.Vhost)
	return o.inVhost(o.show(schedules, v.Columns, "x", "schedules", o.Vhost))
}

type setSchedule struct {
	Name  string `arg:"" help:"Its name."`
	Value string `arg:"" help:"What it is, as JSON: cron or every, exchange, routing_key, payload and more."`
}

// Run sets a schedule.
func (v *setSchedule) Run(o *operator) error {
	o.say("Setting schedule \"%s\" for vhost \"%s\" ...", v.Name, o.Vhost)
	value, err := parseJSON(v.Value)
	if err != nil {
		return err
	}
	return o.inVhost(o.put(value, "x", "schedules", o.Vhost, v.Name))
}

// oneSchedule is the schedule a verb is about.
type oneSchedule struct {
	Name string `arg:"" help:"Its name."`
}

func (v *oneSchedule) path(o *operator, more ...string) []string {
	return append([]string{"x", "schedules", o.Vhost, v.Name}, more...)
}

type clearSchedule struct{ oneSchedule }

// Run deletes a schedule.
func (v *clearSchedule) Run(o *operator) error {
	o.say("Clearing schedule \"%s\" for vhost \"%s\" ...", v.Name, o.Vhost)
	return o.in(o.remove(v.path(o)...), "Schedule", v.Name)
}

type runSchedule struct{ oneSchedule }

// Run has a schedule run.
func (v *runSchedule) Run(o *operator) error {
	o.say("Running schedule \"%s\" of vhost \"%s\" ...", v.Name, o.Vhost)
	return o.in(o.post(nil, nil, v.path(o, "run")...), "Schedule", v.Name)
}

type pauseSchedule struct{ oneSchedule }

// Run pauses a schedule.
func (v *pauseSchedule) Run(o *operator) error {
	o.say("Pausing schedule \"%s\" of vhost \"%s\" ...", v.Name, o.Vhost)
	return o.in(o.put(nil, v.path(o, "pause")...), "Schedule", v.Name)
}

type resumeSchedule struct{ oneSchedule }

// Run resumes a schedule.
func (v *resumeSchedule) Run(o *operator) error {
	o.say("Resuming schedule \"%s\" of vhost \"%s\" ...", v.Name, o.Vhost)
	return o.in(o.put(nil, v.path(o, "resume")...), "Schedule", v.Name)
}
