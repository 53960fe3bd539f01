package broker

import (
	"os"
	"strings"
	"testing"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/definitions"
	"github.com/hutchmq/hutchmq/queue"
)

func (f *fixture) export() string {
	f.Helper()
	d, err := f.Export()
	f.must(err)
	text, err := d.JSON()
	f.must(err)
	return string(text)
}

func (f *fixture) importText(text string) {
	f.Helper()
	d, err := definitions.Parse("d.json", []byte(text))
	f.must(err)
	f.must(f.Import(d))
}

// TestExportImport: what one node exports makes another one the same, and
// changes nothing where it is from.
func TestExportImport(t *testing.T) {
	f := newFixture(t)
	f.must(f.PutVhost("shop", definitions.Metadata{
		Description: "orders", Tags: definitions.Tags{"a"}, DefaultQueueType: "quorum", ProtectedFromDeletion: true,
	}))
	f.must(f.SetVhostLimit("shop", MaxQueues, 5))
	f.must(f.SetVhostLimit("shop", MaxConnections, -1))
	f.must(f.PutUser("u", "secret", "management"))
	f.must(f.SetUserLimit("u", MaxChannels, 0))
	f.must(f.SetPermission("guest", "shop", auth.Permission{Configure: ".*", Write: ".*", Read: ".*"}))
	f.must(f.SetTopicPermission("u", "shop", "amq.topic", auth.TopicPermission{Write: "^{client_id}", Read: "(?!x)"}))
	s := f.session("guest", "shop")
	for _, d := range []queue.Declaration{
		{Name: "default", Durable: true},
		{Name: "auto", Durable: true, AutoDelete: true},
		{Name: "named", Durable: true, Arguments: amqp.Table{"x-queue-type": "classic", "x-max-length": int64(3)}},
	} {
		_, err := s.DeclareQueue(d)
		f.must(err)
	}
	f.must(f.ProtectQueue("shop", "named", true))
	f.must(s.BindQueue(Link{"amq.topic", "named", "a.#", nil}))

	text := f.export()
	for _, part := range []string{
		`"component": "vhost-limits"`, `"policies": []`, `"default_queue_type": "quorum"`,
		`"protected_from_deletion": true`, `"protected": true`, `"rabbitmq_definition_format": "cluster"`,
	} {
		if !strings.Contains(text, part) {
			t.Errorf("nothing like %s in\n%s", part, text)
		}
	}
	other := newFixture(t)
	for range 2 {
		other.importText(text)
		if got := other.export(); got != text {
			t.Fatalf("imported\n%s\nwant\n%s", got, text)
		}
		other.restart()
	}
	f.importText(text)
	if got := f.export(); got != text {
		t.Errorf("after its own import\n%s\nwant\n%s", got, text)
	}
}

// TestImportLeavesWhatItDoesNotName: a file that is silent about limits and
// metadata takes none away; one that speaks of them does.
func TestImportLeavesWhatItDoesNotName(t *testing.T) {
	f := newFixture(t)
	f.must(f.PutVhost("/", definitions.Metadata{Description: "mine"}))
	f.must(f.SetVhostLimit("/", MaxQueues, 5))
	f.must(f.SetUserLimit("guest", MaxChannels, 5))
	want := f.topology()
	f.importText(`{"vhosts": [{"name": "/"}, {"name": "/", "limits": []}]}`)
	if got := f.topology(); got != want {
		t.Errorf("changed to\n%s\nwant\n%s", got, want)
	}
	f.importText(`{"users": [{"name": "guest", "password": "guest", "tags": "administrator"}]}`)
	if l := f.UserLimits("guest"); l[MaxChannels] != 5 {
		t.Errorf("limits of the user: %v", l)
	}
	f.importText(`{"users": [{"name": "guest", "password": "guest", "tags": "administrator", "limits": {}}],
		"parameters": [{"vhost": "/", "component": "vhost-limits", "name": "limits", "value": []},
			{"vhost": "/", "component": "shovel", "name": "s", "value": {}}]}`)
	if len(f.UserLimits("guest")) != 0 || len(f.VhostLimits("/")) != 0 {
		t.Errorf("limits %v %v are left", f.UserLimits("guest"), f.VhostLimits("/"))
	}
}

// TestImportOfAnExport: a file that RabbitMQ exported is exported as it was,
// as far as its records are of kinds that are here.
func TestImportOfAnExport(t *testing.T) {
	f := newFixture(t)
	text, err := os.ReadFile("../definitions/testdata/cluster.json")
	f.must(err)
	d, err := definitions.Parse("cluster.json", text)
	f.must(err)
	d.Policies = nil // not acted on
	f.must(f.Import(d))
	got, err := f.Export()
	f.must(err)
	if len(got.TopicPermissions) != len(d.TopicPermissions) || len(d.TopicPermissions) == 0 {
		t.Errorf("topic permissions %+v, want %+v", got.TopicPermissions, d.TopicPermissions)
	}
	for i, p := range d.TopicPermissions {
		if got.TopicPermissions[i] != p {
			t.Errorf("topic permission %+v, want %+v", got.TopicPermissions[i], p)
		}
	}
}
