package ctl

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/hutchmq/hutchmq/ctl/client"
)

type limitVerbs struct {
	SetVhostLimits   setVhostLimits   `cmd:"" name:"set_vhost_limits" group:"Limits" help:"Bound what the vhost may have, in place of the bounds it has."`
	ClearVhostLimits clearVhostLimits `cmd:"" name:"clear_vhost_limits" group:"Limits" help:"Take the limits of the vhost away."`
	ListVhostLimits  listVhostLimits  `cmd:"" name:"list_vhost_limits" group:"Limits" help:"List the limits of vhosts."`
	SetUserLimits    setUserLimits    `cmd:"" name:"set_user_limits" group:"Limits" help:"Bound what a user may have."`
	ClearUserLimits  clearUserLimits  `cmd:"" name:"clear_user_limits" group:"Limits" help:"Take limits of a user away."`
	ListUserLimits   listUserLimits   `cmd:"" name:"list_user_limits" group:"Limits" help:"List the limits of users."`
}

// parseLimits reads {"max-connections": 5}.
func parseLimits(text string) (map[string]int, error) {
	var limits map[string]int
	if json.Unmarshal([]byte(text), &limits) != nil {
		return nil, fail(exitData, "Failed to parse JSON value: want an object of whole numbers such as {\"max-connections\": 100}, got '%s'", text)
	}
	return limits, nil
}

// limitsOf are the limits that a vhost or a user has.
func (o *operator) limitsOf(kind, name string) (map[string]int, error) {
	var list []struct{ Value map[string]int }
	err := o.get(&list, kind, name)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0].Value, nil
}

func (o *operator) setLimits(kind, name string, limits map[string]int) error {
	for _, limit := range slices.Sorted(maps.Keys(limits)) {
		if err := o.put(map[string]int{"value": limits[limit]}, kind, name, limit); err != nil {
			return err
		}
	}
	return nil
}

// clearLimits takes limits away, those that drop chooses.
func (o *operator) clearLimits(kind, name string, drop func(limit string) bool) error {
	had, err := o.limitsOf(kind, name)
	for _, limit := range slices.Sorted(maps.Keys(had)) {
		if err == nil && drop(limit) {
			err = o.remove(kind, name, limit)
		}
	}
	return err
}

func every(string) bool { return true }

type setVhostLimits struct {
	Definition string `arg:"" help:"max-connections, max-queues, max-publish-rate, max-publish-byte-rate and max-bytes, as JSON; -1 is none."`
}

// Run sets limits, and takes those away that are not among them.
func (v *setVhostLimits) Run(o *operator) error {
	limits, err := parseLimits(v.Definition)
	if err != nil {
		return err
	}
	o.say("Setting vhost limits to \"%s\" for vhost \"%s\" ...", v.Definition, o.Vhost)
	if err := o.setLimits("vhost-limits", o.Vhost, limits); err != nil {
		return o.inVhost(err)
	}
	return o.clearLimits("vhost-limits", o.Vhost, func(limit string) bool { _, kept := limits[limit]; return !kept })
}

type clearVhostLimits struct{}

// Run takes all limits of the vhost away.
func (v *clearVhostLimits) Run(o *operator) error {
	o.say("Clearing vhost \"%s\" limits ...", o.Vhost)
	return o.inVhost(o.clearLimits("vhost-limits", o.Vhost, every))
}

type listVhostLimits struct {
	Global bool `help:"Of all vhosts."`
}

var vhostLimits = listing{
	[]column{{name: "vhost", key: "vhost"}, {name: "limits", key: "value", text: asJSON}}, "vhost limits",
}

// Run lists limits.
func (v *listVhostLimits) Run(o *operator) error {
	if v.Global {
		o.say("Listing limits for all vhosts ...")
		return o.show(vhostLimits, nil, "vhost-limits")
	}
	o.say("Listing limits for vhost \"%s\" ...", o.Vhost)
	return o.inVhost(o.show(vhostLimits, nil, "vhost-limits", o.Vhost))
}

type setUserLimits struct {
	User       string `arg:"" help:"Whose."`
	Definition string `arg:"" help:"max-connections, max-channels, max-publish-rate and max-publish-byte-rate, as JSON; -1 is none."`
}

// Run sets limits, and keeps the others.
func (v *setUserLimits) Run(o *operator) error {
	limits, err := parseLimits(v.Definition)
	if err != nil {
		return err
	}
	o.say("Setting user limits to \"%s\" for user \"%s\" ...", v.Definition, v.User)
	return o.of(o.setLimits("user-limits", v.User, limits), "User", v.User)
}

type clearUserLimits struct {
	User  string `arg:"" help:"Whose."`
	Limit string `arg:"" help:"One of those, or all."`
}

// Run takes limits away.
func (v *clearUserLimits) Run(o *operator) error {
	o.say("Clearing \"%s\" limit for user \"%s\" ...", v.Limit, v.User)
	if v.Limit == "all" {
		return o.of(o.clearLimits("user-limits", v.User, every), "User", v.User)
	}
	return o.of(o.remove("user-limits", v.User, v.Limit), "User", v.User)
}

type listUserLimits struct {
	Of     string `name:"user" placeholder:"NAME" help:"Of one user."`
	Global bool   `help:"Of all users, as it is without --user."`
}

var userLimits = listing{
	[]column{{name: "user", key: "user"}, {name: "limits", key: "value", text: asJSON}}, "user limits",
}

// Run lists limits.
func (v *listUserLimits) Run(o *operator) error {
	if v.Of == "" {
		o.say("Listing limits for all users ...")
		return o.show(userLimits, nil, "user-limits")
	}
	o.say("Listing limits for user \"%s\" ...", v.Of)
	err := o.show(userLimits, nil, "user-limits", v.Of)
	if client.NotFound(err) {
		return o.of(err, "User", v.Of)
	}
	return err
}
