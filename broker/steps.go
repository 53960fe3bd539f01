package broker

import (
	"maps"

	"github.com/hutchmq/hutchmq/definitions"
)

// Step is i for those who ask from outside.
func (b *Broker) Step(i *Intent) definitions.Step {
	return definitions.Step{
		Action: string(i.Deed), Kind: i.Is.Kind(), Vhost: definitions.VhostOf(i.Is), Was: i.Was, Is: i.Is,
		Changes: i.changes(), Owner: b.Owner(i.is), Reason: i.Reason,
	}
}

// Summary is what list says, of at most that many steps: what conflicts first,
// and what is kept only if all is wanted.
func (b *Broker) Summary(list []Intent, most int, all bool) definitions.Plan {
	p := definitions.Plan{Counts: map[string]int{}, Steps: []definitions.Step{}, Whole: true}
	for i := range list {
		p.Counts[string(list[i].Deed)]++
	}
	deeds := []Deed{Conflict, Recreate, Remove, Change, Create, Ignore}
	if all {
		deeds = append(deeds, Keep)
	}
	for _, deed := range deeds {
		for i := range list {
			switch {
			case list[i].Deed != deed:
			case len(p.Steps) == most:
				p.Whole = false
			default:
				p.Steps = append(p.Steps, b.Step(&list[i]))
			}
		}
	}
	return p
}

// changes tells how a record that is there becomes another.
func (i *Intent) changes() []string {
	if i.was == nil || i.Deed != Change && i.Deed != Recreate {
		return nil
	}
	switch is := i.is.(type) {
	case *definitions.Vhost:
		now := *i.was.(*definitions.Vhost)
		become(&now, is)
		return definitions.Diff(i.was, &now)
	case *definitions.User:
		return definitions.Diff(i.was, i.user(is))
	case *definitions.Queue:
		was, now := *i.Was.(*definitions.Queue), *is
		was.Type, now.Type = queueTypes(&was, &now)
		was.Arguments, now.Arguments = maps.Clone(was.Arguments), maps.Clone(now.Arguments)
		delete(was.Arguments, "x-queue-type")
		delete(now.Arguments, "x-queue-type")
		now.Protected, now.Paused = now.Protected || was.Protected, now.Paused || was.Paused
		return definitions.Diff(&was, &now)
	}
	return definitions.Diff(discreet(i.was), discreet(i.is))
}

// user is the user that r makes of the one that was.
func (i *Intent) user(r *definitions.User) *definitions.User {
	was, now := i.was.(*definitions.User), *r
	if now.Limits == nil {
		now.Limits = was.Limits
	}
	if verifies(was, r) {
		now.Password, now.PasswordHash, now.HashingAlgorithm = "", was.PasswordHash, was.HashingAlgorithm
	} else if now.Password != "" {
		now.PasswordHash, now.HashingAlgorithm = was.PasswordHash, was.HashingAlgorithm
	}
	return &now
}

// queueTypes are the types of two queues, the same where one says none.
func queueTypes(was, is *definitions.Queue) (string, string) {
	t, _ := is.Arguments["x-queue-type"].(string)
	switch {
	case is.Type != "":
		return was.Type, is.Type
	case t != "":
		return was.Type, t
	}
	return was.Type, was.Type
}
