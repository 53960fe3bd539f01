package ctl

type featureVerbs struct {
	ListFeatureFlags  listFeatureFlags  `cmd:"" name:"list_feature_flags" group:"Features" help:"List RabbitMQ's feature flags; here all are on."`
	EnableFeatureFlag enableFeatureFlag `cmd:"" name:"enable_feature_flag" group:"Features" help:"Enable a feature flag; here all are on."`
	ListDeprecated    listDeprecated    `cmd:"" name:"list_deprecated_features" group:"Features" help:"List what is old and still works."`
	ListAttempts      listAttempts      `cmd:"" name:"list_node_auth_attempt_stats" group:"Features" help:"List how many logins there were, and how many failed."`
	ResetAttempts     resetAttempts     `cmd:"" name:"reset_node_auth_attempt_metrics" group:"Features" help:"Forget how many logins there were."`
}

var features = listing{plainColumns("name", "state", "stability", "provided_by", "desc", "doc_url"), "name state"}

type listFeatureFlags struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"feature" help:"What to show, of: ${feature_columns}."`
}

// Run lists flags.
func (v *listFeatureFlags) Run(o *operator) error {
	o.say("Listing feature flags ...")
	return o.show(features, v.Columns, "feature-flags")
}

type enableFeatureFlag struct {
	Name         string `arg:"" name:"feature_flag" help:"Its name, or all."`
	Experimental bool   `hidden:""`
	OptIn        bool   `name:"opt-in" hidden:""`
}

// Run enables a flag.
func (v *enableFeatureFlag) Run(o *operator) error {
	o.say("Enabling feature flag \"%s\" ...", v.Name)
	if v.Name == "all" {
		return o.get(nil, "feature-flags")
	}
	return o.put(nil, "feature-flags", v.Name, "enable")
}

var deprecated = listing{plainColumns("name", "deprecation_phase", "state", "provided_by", "desc", "doc_url"), "name deprecation_phase"}

type listDeprecated struct {
	Used    bool     `help:"Only what somebody uses."`
	Columns []string `arg:"" optional:"" name:"column" columns:"deprecated" help:"What to show, of: ${deprecated_columns}."`
}

// Run lists features.
func (v *listDeprecated) Run(o *operator) error {
	o.say("Listing deprecated features ...")
	if v.Used {
		return o.show(deprecated, v.Columns, "deprecated-features", "used")
	}
	return o.show(deprecated, v.Columns, "deprecated-features")
}

var attempts = listing{
	plainColumns("protocol", "remote_address", "username", "auth_attempts", "auth_attempts_failed", "auth_attempts_succeeded"),
	"protocol auth_attempts auth_attempts_failed auth_attempts_succeeded",
}

type listAttempts struct {
	BySource bool `name:"by-source" help:"For each address and user."`
}

// Run lists logins.
func (v *listAttempts) Run(o *operator) error {
	n, err := o.overview()
	if err != nil {
		return err
	}
	if v.BySource {
		all := []string{namesOf(attempts.columns)}
		return o.show(attempts, all, "auth", "attempts", n.Node, "source")
	}
	return o.show(attempts, nil, "auth", "attempts", n.Node)
}

type resetAttempts struct{}

// Run forgets.
func (*resetAttempts) Run(o *operator) error {
	n, err := o.overview()
	if err != nil {
		return err
	}
	return o.remove("auth", "attempts", n.Node)
}
