package ctl

type parameterVerbs struct {
	SetParameter         setParameter         `cmd:"" name:"set_parameter" group:"Parameters" help:"Set a parameter of a component, such as an upstream of federation."`
	ClearParameter       clearParameter       `cmd:"" name:"clear_parameter" group:"Parameters" help:"Delete a parameter."`
	ListParameters       listParameters       `cmd:"" name:"list_parameters" group:"Parameters" help:"List the parameters of the vhost."`
	SetGlobalParameter   setGlobalParameter   `cmd:"" name:"set_global_parameter" group:"Parameters" help:"Set a parameter of the whole broker."`
	ClearGlobalParameter clearGlobalParameter `cmd:"" name:"clear_global_parameter" group:"Parameters" help:"Delete a global parameter."`
	ListGlobalParameters listGlobalParameters `cmd:"" name:"list_global_parameters" group:"Parameters" help:"List global parameters."`
	SetClusterName       setClusterName       `cmd:"" name:"set_cluster_name" group:"Parameters" help:"Name the cluster, of one node or more."`
}

type setParameter struct {
	Component string `arg:"" help:"What it is for."`
	Name      string `arg:"" help:"Its name."`
	Value     string `arg:"" help:"Its value, as JSON."`
}

// Run sets a parameter.
func (v *setParameter) Run(o *operator) error {
	value, err := parseJSON(v.Value)
	if err != nil {
		return err
	}
	o.say("Setting runtime parameter \"%s\" for component \"%s\" to \"%s\" in vhost \"%s\" ...", v.Name, v.Component, v.Value, o.Vhost)
	return o.inVhost(o.put(map[string]any{"value": value}, "parameters", v.Component, o.Vhost, v.Name))
}

type clearParameter struct {
	Component string `arg:"" help:"What it is for."`
	Name      string `arg:"" help:"Its name."`
}

// Run deletes a parameter.
func (v *clearParameter) Run(o *operator) error {
	o.say("Clearing runtime parameter \"%s\" for component \"%s\" on vhost \"%s\" ...", v.Name, v.Component, o.Vhost)
	return o.in(o.remove("parameters", v.Component, o.Vhost, v.Name), "Parameter", v.Name)
}

var parameters = listing{
	[]column{
		{name: "vhost", key: "vhost"}, {name: "component", key: "component"}, {name: "name", key: "name"},
		{name: "value", key: "value", text: asJSON},
	},
	"component name value",
}

type listParameters struct{}

// Run lists the parameters of all components.
func (v *listParameters) Run(o *operator) error {
	o.say("Listing runtime parameters for vhost \"%s\" ...", o.Vhost)
	if err := o.get(nil, "vhosts", o.Vhost); err != nil {
		return o.inVhost(err)
	}
	all, err := o.rows("parameters")
	if err != nil {
		return err
	}
	var here []row
	for _, r := range all {
		if r["vhost"] == o.Vhost {
			here = append(here, r)
		}
	}
	return o.showRows(parameters, nil, here)
}

type setGlobalParameter struct {
	Name  string `arg:"" help:"Its name."`
	Value string `arg:"" help:"Its value, as JSON."`
}

// Run sets a global parameter.
func (v *setGlobalParameter) Run(o *operator) error {
	value, err := parseJSON(v.Value)
	if err != nil {
		return err
	}
	o.say("Setting global runtime parameter \"%s\" to \"%s\" ...", v.Name, v.Value)
	return o.put(map[string]any{"value": value}, "global-parameters", v.Name)
}

type clearGlobalParameter struct {
	Name string `arg:"" help:"Its name."`
}

// Run deletes a global parameter.
func (v *clearGlobalParameter) Run(o *operator) error {
	o.say("Clearing global runtime parameter \"%s\" ...", v.Name)
	return o.of(o.remove("global-parameters", v.Name), "Global parameter", v.Name)
}

type listGlobalParameters struct{}

// Run lists global parameters.
func (v *listGlobalParameters) Run(o *operator) error {
	o.say("Listing global runtime parameters ...")
	return o.show(parameters, []string{"name", "value"}, "global-parameters")
}

type setClusterName struct {
	Name string `arg:"" help:"The name."`
}

// Run names the cluster.
func (v *setClusterName) Run(o *operator) error {
	o.say("Setting cluster name to \"%s\" ...", v.Name)
	return o.put(map[string]any{"name": v.Name}, "cluster-name")
}
