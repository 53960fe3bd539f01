package definitions

import "slices"

// Version is the value of the key version in a file of the dialect described
// here. A file without the key has RabbitMQ's lists.
const Version = 1

// The shapes of a file that people write, the small ones first.
var (
	queueTypes = []string{"classic", "quorum", "stream"}

	textShape = shape{form: textForm}
	flagShape = shape{form: flagForm}

	patternShape = shape{form: textForm, says: "A regular expression that names must match; '' matches none."}

	wordsShape = shape{form: listForm, of: &textShape, short: &textShape}

	freeShape = shape{form: namesForm, of: &shape{}, says: "Arguments as clients send them, word for word."}

	bindingShape = shape{form: objectForm, says: "A binding to an exchange.", short: said("The exchange.", textShape), keys: []key{
		{"to", said("The exchange that messages come from.", textShape), true},
		{"key", said("The routing key, or pattern, that messages must have.", textShape), false},
		{"keys", said("Several keys: a binding for each.", shape{form: listForm, of: &textShape}), false},
		{"arguments", &freeShape, false},
	}}

	bindShape = shape{form: listForm, says: "The exchanges it is bound to.", of: &bindingShape, short: &bindingShape}

	exchangeShape = shape{form: objectForm, says: "An exchange.", keys: []key{
		{"type", said("direct, fanout, topic, headers or another that the broker knows.", textShape), false},
		{"durable", said("Whether it outlives a restart; true if not said.", flagShape), false},
		{"auto_delete", said("Whether it goes when the last that is bound to it goes.", flagShape), false},
		{"internal", said("Whether clients may not publish to it.", flagShape), false},
		{"alternate", said("The exchange that gets what it cannot route.", textShape), false},
		{"bind", &bindShape, false},
		{"arguments", &freeShape, false},
	}}

	deadLetterShape = shape{
		form: objectForm, says: "Where messages go that expire, are rejected or are too many.",
		short: said("The exchange.", textShape), keys: []key{
			{"exchange", said("The exchange.", textShape), true},
			{"routing_key", said("The routing key they go with, instead of their own.", textShape), false},
			{"strategy", said("Whether they may be lost on the way.", shape{form: textForm, choices: []string{"at-most-once", "at-least-once"}}), false},
		},
	}

	queueShape = shape{form: objectForm, says: "A queue.", keys: slices.Concat([]key{
		{"type", said("classic, quorum or stream; if not said, the vhost's default.", shape{form: textForm, choices: queueTypes}), false},
		{"durable", said("Whether it outlives a restart; true if not said.", flagShape), false},
		{"auto_delete", said("Whether it goes with its last consumer.", flagShape), false},
		{"protected", said("Whether clients cannot delete it.", flagShape), false},
		{"paused", said("Whether it delivers nothing.", flagShape), false},
		{"bind", &bindShape, false},
		{"dead_letter", &deadLetterShape, false},
		{"arguments", &freeShape, false},
	}, argumentKeys())}

	policyShape = shape{form: objectForm, says: "A policy.", keys: []key{
		{"pattern", said("A regular expression that the names of queues or exchanges match.", textShape), true},
		{"apply_to", said("What it is for; all if not said.", shape{form: textForm, choices: []string{"all", "exchanges", "queues", "classic_queues", "quorum_queues", "streams"}}), false},
		{"priority", said("Which of several policies goes first: the highest.", shape{form: numberForm, least: -1 << 31, most: 1<<31 - 1}), false},
		{"definition", &shape{form: objectForm, says: "What it sets.", keys: policyKeys()}, true},
	}}

	momentShape = shape{form: textForm, says: "A moment, such as 2026-12-24T18:00:00+01:00."}

	scheduleShape = shape{form: objectForm, says: "A message that is published again and again.", keys: []key{
		{"cron", said("When: minute, hour, day, month and weekday, with seconds in front if there are six; or @daily and the like.", textShape), false},
		{"every", said("The time from one to the next, such as 90s or 15m.", textShape), false},
		{"time_zone", said("The time zone of cron, such as Europe/Berlin; UTC if not said.", textShape), false},
		{"exchange", said("The exchange it is published to; if not said, the one that goes by the names of queues.", textShape), false},
		{"routing_key", said("Its routing key.", textShape), false},
		{"payload", said("Its body.", textShape), false},
		{"payload_encoding", said("How the body is written; string if not said.", shape{form: textForm, choices: []string{"string", "base64"}}), false},
		{"properties", said("Its properties, by the names of AMQP; headers among them.", shape{form: namesForm, of: &shape{}}), false},
		{"enabled", said("Whether it goes on; true if not said.", flagShape), false},
		{"missed", said("What becomes of those that were due while the broker was down; skip if not said.", shape{form: textForm, choices: []string{"skip", "once", "all"}}), false},
		{"from", &momentShape, false},
		{"until", &momentShape, false},
	}}

	permissionShape = shape{
		form: objectForm, says: "What a user may do in a vhost.",
		short: said("All rights.", shape{form: textForm, choices: []string{"full"}}), keys: []key{
			{"configure", &patternShape, true}, {"write", &patternShape, true}, {"read", &patternShape, true},
		},
	}

	topicPermissionShape = shape{form: objectForm, says: "The routing keys that a user may use on a topic exchange.", keys: []key{
		{"write", &patternShape, true}, {"read", &patternShape, true},
	}}

	limitShape = shape{form: numberForm, least: -1, says: "How many; -1 is no limit."}

	vhostShape = shape{form: objectForm, says: "A vhost and what is in it.", keys: []key{
		{"description", said("What it is for.", textShape), false},
		{"tags", &wordsShape, false},
		{"default_queue_type", said("The type of queues that are declared without one.", shape{form: textForm, choices: queueTypes}), false},
		{"protected", said("Whether it cannot be deleted.", flagShape), false},
		{"tracing", said("Whether all messages are copied to amq.rabbitmq.trace.", flagShape), false},
		{"limits", &shape{form: objectForm, keys: []key{{"max_connections", &limitShape, false}, {"max_queues", &limitShape, false},
			{"max_publish_rate", &limitShape, false}, {"max_publish_byte_rate", &limitShape, false}, {"max_bytes", &limitShape, false}}}, false},
		{"permissions", &shape{form: namesForm, of: &permissionShape, says: "By user."}, false},
		{"topic_permissions", &shape{form: namesForm, of: &shape{form: namesForm, of: &topicPermissionShape}, says: "By user and exchange."}, false},
		{"exchanges", &shape{form: namesForm, of: &exchangeShape}, false},
		{"queues", &shape{form: namesForm, of: &queueShape}, false},
		{"policies", &shape{form: namesForm, of: &policyShape}, false},
		{"operator_policies", &shape{form: namesForm, of: &policyShape}, false},
		{"schedules", &shape{form: namesForm, of: &scheduleShape}, false},
		{"parameters", &shape{form: namesForm, of: &shape{form: namesForm, of: &shape{}}, says: "By component and name."}, false},
	}}

	secretShape = shape{form: textForm, secret: true}

	userShape = shape{form: objectForm, says: "A user, with a password or a hash of one.", keys: []key{
		{"password", said("The password; better a variable than the word itself.", secretShape), false},
		{"password_file", said("A file that holds the password, found from where this one is.", textShape), false},
		{"password_hash", said("The hash of a password as RabbitMQ writes it; '' lets nobody log in with a password.", secretShape), false},
		{"hashing_algorithm", said("How the password is hashed.", shape{form: textForm, choices: []string{"rabbit_password_hashing_sha256", "rabbit_password_hashing_sha512", "rabbit_password_hashing_md5"}}), false},
		{"tags", &wordsShape, false},
		{"limits", &shape{form: objectForm, keys: []key{{"max_connections", &limitShape, false}, {"max_channels", &limitShape, false},
			{"max_publish_rate", &limitShape, false}, {"max_publish_byte_rate", &limitShape, false}}}, false},
		{"permissions", &shape{form: namesForm, of: &permissionShape, says: "By vhost."}, false},
		{"topic_permissions", &shape{form: namesForm, of: &shape{form: namesForm, of: &topicPermissionShape}, says: "By vhost and exchange."}, false},
	}}

	fileShape = shape{form: objectForm, says: "Definitions of a broker: vhosts, users and what is in them.", keys: []key{
		{"version", &shape{form: numberForm, least: Version, most: Version, says: "Always 1."}, true},
		{"owner", said("Whose this is: what a prune takes away was made under the same name.", textShape), false},
		{"vhosts", &shape{form: namesForm, of: &vhostShape}, false},
		{"users", &shape{form: namesForm, of: &userShape}, false},
		{"global_parameters", &shape{form: namesForm, of: &shape{}}, false},
	}}
)
