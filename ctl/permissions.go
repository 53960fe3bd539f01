package ctl

type permissionVerbs struct {
	SetPermissions      setPermissions         `cmd:"" name:"set_permissions" group:"Permissions" help:"Say what a user may do in the vhost."`
	SetGlobally         setPermissionsGlobally `cmd:"" name:"set_permissions_globally" group:"Permissions" help:"Say what a user may do in every vhost there is."`
	ClearPermissions    clearPermissions       `cmd:"" name:"clear_permissions" group:"Permissions" help:"Keep a user out of the vhost."`
	ListPermissions     listPermissions        `cmd:"" name:"list_permissions" group:"Permissions" help:"List who may do what in the vhost."`
	ListUserPermissions listUserPermissions    `cmd:"" name:"list_user_permissions" group:"Permissions" help:"List what a user may do, and where."`
	ListAllPermissions  listAllPermissions     `cmd:"" name:"list_all_permissions" group:"Permissions" help:"List who may do what in all vhosts."`
}

// rights are the regular expressions of a permission.
type rights struct {
	Configure string `arg:"" help:"A regular expression: what it may declare and delete." json:"configure"`
	Write     string `arg:"" help:"What it may publish to." json:"write"`
	Read      string `arg:"" help:"What it may consume from." json:"read"`
}

type setPermissions struct {
	User string `arg:"" help:"Whom."`
	rights
}

// Run sets a permission.
func (v *setPermissions) Run(o *operator) error {
	if _, err := o.account(v.User); err != nil {
		return err
	}
	o.say("Setting permissions for user \"%s\" in vhost \"%s\" ...", v.User, o.Vhost)
	return o.inVhost(o.put(v.rights, "permissions", o.Vhost, v.User))
}

type setPermissionsGlobally struct {
	User string `arg:"" help:"Whom."`
	rights
}

// Run sets a permission in one vhost after the other.
func (v *setPermissionsGlobally) Run(o *operator) error {
	if _, err := o.account(v.User); err != nil {
		return err
	}
	all, err := o.rows("vhosts")
	if err != nil {
		return err
	}
	o.say("Setting permissions for user \"%s\" in all vhosts ...", v.User)
	for _, r := range all {
		if err := o.put(v.rights, "permissions", plain(r["name"]), v.User); err != nil {
			return err
		}
	}
	return nil
}

type clearPermissions struct {
	User string `arg:"" help:"Whom."`
}

// Run takes a permission away; one that is not there may be taken again.
func (v *clearPermissions) Run(o *operator) error {
	if _, err := o.account(v.User); err != nil {
		return err
	}
	o.say("Clearing permissions for user \"%s\" in vhost \"%s\" ...", v.User, o.Vhost)
	return o.ifThere(o.remove("permissions", o.Vhost, v.User))
}

var permissions = listing{plainColumns("user", "vhost", "configure", "write", "read"), "user configure write read"}

type listPermissions struct{}

// Run lists the permissions of the vhost.
func (v *listPermissions) Run(o *operator) error {
	o.say("Listing permissions for vhost \"%s\" ...", o.Vhost)
	return o.inVhost(o.show(permissions, nil, "vhosts", o.Vhost, "permissions"))
}

type listUserPermissions struct {
	User string `arg:"" help:"Whose."`
}

// Run lists the permissions of a user.
func (v *listUserPermissions) Run(o *operator) error {
	o.say("Listing permissions for user \"%s\" ...", v.User)
	columns := []string{"vhost", "configure", "write", "read"}
	return o.of(o.show(permissions, columns, "users", v.User, "permissions"), "User", v.User)
}

type listAllPermissions struct{}

// Run lists all permissions.
func (v *listAllPermissions) Run(o *operator) error {
	o.say("Listing permissions in all vhosts ...")
	return o.show(permissions, []string{"user", "vhost", "configure", "write", "read"}, "permissions")
}

type topicPermissionVerbs struct {
	SetTopic      setTopicPermissions      `cmd:"" name:"set_topic_permissions" group:"Permissions" help:"Say with which routing keys a user may use a topic exchange."`
	ClearTopic    clearTopicPermissions    `cmd:"" name:"clear_topic_permissions" group:"Permissions" help:"Let a user use any routing key."`
	ListTopic     listTopicPermissions     `cmd:"" name:"list_topic_permissions" group:"Permissions" help:"List the topic permissions of the vhost."`
	ListUserTopic listUserTopicPermissions `cmd:"" name:"list_user_topic_permissions" group:"Permissions" help:"List the topic permissions of a user."`
}

type setTopicPermissions struct {
	User     string `arg:"" help:"Whom." json:"-"`
	Exchange string `arg:"" help:"A topic exchange." json:"exchange"`
	Write    string `arg:"" help:"A regular expression: the routing keys it may publish with." json:"write"`
	Read     string `arg:"" help:"The binding keys it may consume with." json:"read"`
}

// Run sets a topic permission.
func (v *setTopicPermissions) Run(o *operator) error {
	if _, err := o.account(v.User); err != nil {
		return err
	}
	o.say("Setting topic permissions on \"%s\" for user \"%s\" in vhost \"%s\" ...", v.Exchange, v.User, o.Vhost)
	return o.inVhost(o.put(v, "topic-permissions", o.Vhost, v.User))
}

type clearTopicPermissions struct {
	User     string `arg:"" help:"Whom."`
	Exchange string `arg:"" optional:"" help:"Of one exchange only."`
}

// Run takes topic permissions away.
func (v *clearTopicPermissions) Run(o *operator) error {
	if _, err := o.account(v.User); err != nil {
		return err
	}
	o.say("Clearing topic permissions for user \"%s\" in vhost \"%s\" ...", v.User, o.Vhost)
	if v.Exchange == "" {
		return o.ifThere(o.remove("topic-permissions", o.Vhost, v.User))
	}
	return o.ifThere(o.remove("topic-permissions", o.Vhost, v.User, v.Exchange))
}

var topicPermissions = listing{plainColumns("user", "vhost", "exchange", "write", "read"), "user exchange write read"}

type listTopicPermissions struct{}

// Run lists the topic permissions of the vhost.
func (v *listTopicPermissions) Run(o *operator) error {
	o.say("Listing topic permissions for vhost \"%s\" ...", o.Vhost)
	return o.inVhost(o.show(topicPermissions, nil, "vhosts", o.Vhost, "topic-permissions"))
}

type listUserTopicPermissions struct {
	User string `arg:"" help:"Whose."`
}

// Run lists the topic permissions of a user.
func (v *listUserTopicPermissions) Run(o *operator) error {
	o.say("Listing topic permissions for user \"%s\" ...", v.User)
	columns := []string{"vhost", "exchange", "write", "read"}
	return o.of(o.show(topicPermissions, columns, "users", v.User, "topic-permissions"), "User", v.User)
}
