package ctl

import (
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/ctl/client"
)

type userVerbs struct {
	AddUser          addUser          `cmd:"" name:"add_user" group:"Users" help:"Make a user."`
	DeleteUser       deleteUser       `cmd:"" name:"delete_user" group:"Users" help:"Delete a user."`
	ChangePassword   changePassword   `cmd:"" name:"change_password" group:"Users" help:"Change the password of a user."`
	ClearPassword    clearPassword    `cmd:"" name:"clear_password" group:"Users" help:"Let a user log in by password no more."`
	SetUserTags      setUserTags      `cmd:"" name:"set_user_tags" group:"Users" help:"Set the tags of a user, in place of those it has."`
	ListUsers        listUsers        `cmd:"" name:"list_users" group:"Users" help:"List users and their tags."`
	AuthenticateUser authenticateUser `cmd:"" name:"authenticate_user" group:"Users" help:"Find out whether a password is right."`
	HashPassword     hashPassword     `cmd:"" name:"hash_password" group:"Users" help:"Hash a password as definitions files have it."`
}

// account is a user as the API has it.
type account struct {
	Tags             []string `json:"tags"`
	Password         string   `json:"password,omitempty"`
	PasswordHash     *string  `json:"password_hash,omitempty"`
	HashingAlgorithm string   `json:"hashing_algorithm,omitempty"`
}

// account is the user of that name.
func (o *operator) account(name string) (a account, err error) {
	err = o.get(&a, "users", name)
	return a, o.of(err, "User", name)
}

type addUser struct {
	User      string `arg:"" help:"Its name."`
	Given     string `arg:"" optional:"" name:"password" help:"Its password; read from the input if it is not here."`
	PreHashed bool   `name:"pre-hashed-password" help:"The password is a hash, as hash_password prints it."`
}

// Run makes a user that was not there.
func (v *addUser) Run(o *operator) error {
	if err := o.get(nil, "users", v.User); !client.NotFound(err) {
		if err == nil {
			err = fail(exitSoftware, "User '%s' already exists", v.User)
		}
		return err
	}
	password, err := o.line("password", v.Given)
	if err != nil {
		return err
	}
	o.say("Adding user \"%s\" ...", v.User)
	a := account{Tags: []string{}, Password: password}
	if v.PreHashed {
		a.Password, a.PasswordHash = "", &password
	}
	if err := o.put(a, "users", v.User); err != nil {
		return err
	}
	o.say("Done. The user may see nothing yet: see set_permissions.")
	return nil
}

type deleteUser struct {
	User string `arg:"" help:"Its name."`
}

// Run deletes a user.
func (v *deleteUser) Run(o *operator) error {
	o.say("Deleting user \"%s\" ...", v.User)
	return o.of(o.remove("users", v.User), "User", v.User)
}

type changePassword struct {
	User  string `arg:"" help:"Its name."`
	Given string `arg:"" optional:"" name:"password" help:"Its new password; read from the input if it is not here."`
}

// Run changes a password, and keeps the tags.
func (v *changePassword) Run(o *operator) error {
	a, err := o.account(v.User)
	if err != nil {
		return err
	}
	password, err := o.line("password", v.Given)
	if err != nil {
		return err
	}
	o.say("Changing password for user \"%s\" ...", v.User)
	return o.put(account{Tags: a.Tags, Password: password}, "users", v.User)
}

type clearPassword struct {
	User string `arg:"" help:"Its name."`
}

// Run takes the password away.
func (v *clearPassword) Run(o *operator) error {
	a, err := o.account(v.User)
	if err != nil {
		return err
	}
	o.say("Clearing password for user \"%s\" ...", v.User)
	return o.put(account{Tags: a.Tags, PasswordHash: new(string)}, "users", v.User)
}

type setUserTags struct {
	User string   `arg:"" help:"Its name."`
	Tags []string `arg:"" optional:"" name:"tag" help:"Its tags from now on, such as administrator, monitoring, policymaker and management."`
}

// Run changes the tags, and keeps the password.
func (v *setUserTags) Run(o *operator) error {
	a, err := o.account(v.User)
	if err != nil {
		return err
	}
	o.say("Setting tags for user \"%s\" to %s ...", v.User, plain(anys(v.Tags)))
	a.Tags = orNone(v.Tags)
	return o.put(a, "users", v.User)
}

// orNone is a list that JSON does not show as null.
func orNone(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func anys(list []string) []any {
	all := make([]any, len(list))
	for i := range list {
		all[i] = list[i]
	}
	return all
}

type listUsers struct{}

var users = listing{[]column{{name: "user", key: "name"}, {name: "tags", key: "tags"}}, "user tags"}

// Run lists users.
func (v *listUsers) Run(o *operator) error {
	o.say("Listing users ...")
	return o.show(users, nil, "users")
}

type authenticateUser struct {
	User  string `arg:"" help:"Its name."`
	Given string `arg:"" optional:"" name:"password" help:"Its password; read from the input if it is not here."`
}

// Run asks as that user for something that anybody may ask for.
func (v *authenticateUser) Run(o *operator) error {
	password, err := o.line("password", v.Given)
	if err != nil {
		return err
	}
	o.say("Authenticating user \"%s\" ...", v.User)
	err = o.client.As(v.User, password).Get(o.ctx, "/api/version", nil)
	if statusCode(client.Status(err)) == exitNoPermit {
		return fail(exitData, "failed to authenticate user \"%s\"", v.User)
	}
	if err == nil {
		o.say("Success")
	}
	return err
}

type hashPassword struct {
	Given string `arg:"" optional:"" name:"password" help:"Read from the input if it is not here."`
}

// Run hashes here, and asks nobody.
func (v *hashPassword) Run(o *operator) error {
	password, err := o.line("password", v.Given)
	if err != nil {
		return err
	}
	hash, err := auth.Hash(auth.SHA256, password)
	if err != nil {
		return failure{exitData, err.Error()}
	}
	o.say("Will hash password with the RabbitMQ default algorithm")
	o.print("%s", hash)
	return nil
}
