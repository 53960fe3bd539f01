package mgmt

// operation is what a route does, for the description of the API. Fields of a
// query and of a body are "name", a text, or "name:type"; ! behind a name tells
// that it is needed.
type operation struct {
	method, path string
	who          string // who may ask: see access.go; "" everybody
	says         string
	query        string
	body         string
	answers      string // "list", "paged", "object", "text", "events" or "" for nothing
}

// Who may ask.
const (
	anyUser     = "user"
	management  = "management"
	monitoring  = "monitoring"
	policymaker = "policymaker"
	admin       = "administrator"
)

// What many take.
const (
	listed   = "name use_regex:boolean sort sort_reverse:boolean columns page:integer page_size:integer"
	sampled  = " msg_rates_age:integer msg_rates_incr:integer data_rates_age:integer data_rates_incr:integer lengths_age:integer lengths_incr:integer"
	moved    = "ids:array filter:object to:object limit:integer rate:integer dry_run:boolean"
	declared = "durable:boolean auto_delete:boolean arguments:object"
)

// operations are all routes of the API. A test compares them with those there
// are.
var operations = []operation{
	{"GET", "/livez", "", "The process runs.", "", "", "object"},
	{"GET", "/readyz", "", "The node takes requests.", "", "", "object"},
	{"GET", "/startupz", "", "The node has started.", "", "", "object"},

	{"GET", "/api/overview", management, "The node in numbers.", "columns disable_stats:boolean enable_queue_totals:boolean" + sampled, "", "object"},
	{"GET", "/api/whoami", management, "Who asks.", "", "", "object"},
	{"GET", "/api/version", anyUser, "The release of RabbitMQ whose API this is.", "", "", "text"},
	{"GET", "/api/cluster-name", management, "The name of the cluster.", "", "", "object"},
	{"PUT", "/api/cluster-name", admin, "Names the cluster.", "", "name!", ""},
	{"GET", "/api/extensions", management, "Extensions of RabbitMQ's pages: none.", "", "", "list"},
	{"GET", "/api/auth", "", "How to log in.", "", "", "object"},
	{"GET", "/api/auth/hash_password/{password}", admin, "The hash of a password, as definitions have it.", "", "", "object"},
	{"GET", "/api/auth/attempts/{node}", monitoring, "Logins, by protocol.", "", "", "list"},
	{"DELETE", "/api/auth/attempts/{node}", monitoring, "Forgets logins.", "", "", ""},
	{"GET", "/api/auth/attempts/{node}/source", monitoring, "Logins, by protocol, address and user.", "", "", "list"},
	{"DELETE", "/api/auth/attempts/{node}/source", monitoring, "Forgets logins.", "", "", ""},
	{"POST", "/api/login", "", "Logs in: a form with username and password, answered with a cookie.", "", "", "object"},
	{"DELETE", "/api/login", "", "Logs out.", "", "", ""},

	{"GET", "/api/nodes", monitoring, "The nodes.", listed + " node_stats_age:integer node_stats_incr:integer", "", "list"},
	{"GET", "/api/nodes/{node}", monitoring, "A node.", "columns memory:boolean binary:boolean node_stats_age:integer node_stats_incr:integer", "", "object"},
	{"GET", "/api/nodes/{node}/memory", monitoring, "What takes memory, in bytes.", "", "", "object"},
	{"GET", "/api/nodes/{node}/memory/relative", monitoring, "What takes memory, in percent.", "", "", "object"},

	{"GET", "/api/definitions", admin, "Everything that can be imported.", "download", "", "object"},
	{"POST", "/api/definitions", admin, "Imports definitions: JSON, or a form with the field file.", "", "{}", ""},
	{"GET", "/api/definitions/{vhost}", admin, "What is in a vhost.", "download", "", "object"},
	{"POST", "/api/definitions/{vhost}", admin, "Imports into a vhost.", "", "{}", ""},
	{"GET", "/api/all-configuration", admin, "An older name of /api/definitions.", "download", "", "object"},
	{"POST", "/api/all-configuration", admin, "An older name of /api/definitions.", "", "{}", ""},

	{"GET", "/api/vhosts", management, "The vhosts.", listed + sampled, "", "paged"},
	{"GET", "/api/vhosts/{vhost}", management, "A vhost.", "columns" + sampled, "", "object"},
	{"PUT", "/api/vhosts/{vhost}", admin, "Makes a vhost or changes what is said of it.", "", "description tags:any default_queue_type protected_from_deletion:boolean tracing:boolean", ""},
	{"DELETE", "/api/vhosts/{vhost}", admin, "Deletes a vhost and everything in it.", "", "", ""},
	{"GET", "/api/vhosts/{vhost}/permissions", admin, "The permissions in a vhost.", listed, "", "list"},
	{"GET", "/api/vhosts/{vhost}/topic-permissions", admin, "The topic permissions in a vhost.", listed, "", "list"},
	{"GET", "/api/vhosts/{vhost}/connections", management, "The connections into a vhost.", listed + sampled, "", "paged"},
	{"GET", "/api/vhosts/{vhost}/channels", management, "The channels in a vhost.", listed + sampled, "", "paged"},
	{"POST", "/api/vhosts/{vhost}/start/{node}", admin, "Starts a vhost, which has started.", "", "", ""},
	{"POST", "/api/vhosts/{vhost}/deletion/protection", admin, "Protects a vhost from deletion.", "", "", ""},
	{"DELETE", "/api/vhosts/{vhost}/deletion/protection", admin, "Protects a vhost no longer.", "", "", ""},

	{"GET", "/api/users", admin, "The users.", listed, "", "list"},
	{"GET", "/api/users/without-permissions", admin, "The users that have no permission anywhere.", listed, "", "list"},
	{"POST", "/api/users/bulk-delete", admin, "Deletes users.", "", "users!:array", ""},
	{"GET", "/api/users/{user}", admin, "A user.", "columns", "", "object"},
	{"PUT", "/api/users/{user}", admin, "Makes a user or changes it.", "", "tags!:any password password_hash hashing_algorithm", ""},
	{"DELETE", "/api/users/{user}", admin, "Deletes a user.", "", "", ""},
	{"GET", "/api/users/{user}/permissions", admin, "The permissions of a user.", listed, "", "list"},
	{"GET", "/api/users/{user}/topic-permissions", admin, "The topic permissions of a user.", listed, "", "list"},
	{"GET", "/api/permissions", admin, "The permissions.", listed, "", "list"},
	{"GET", "/api/permissions/{vhost}/{user}", admin, "The permission of a user in a vhost.", "columns", "", "object"},
	{"PUT", "/api/permissions/{vhost}/{user}", admin, "Gives a user a permission in a vhost.", "", "configure! write! read!", ""},
	{"DELETE", "/api/permissions/{vhost}/{user}", admin, "Takes a user's permission in a vhost away.", "", "", ""},
	{"GET", "/api/topic-permissions", admin, "The topic permissions.", listed, "", "list"},
	{"GET", "/api/topic-permissions/{vhost}/{user}", admin, "The topic permissions of a user in a vhost.", listed, "", "list"},
	{"PUT", "/api/topic-permissions/{vhost}/{user}", admin, "Limits a user's routing keys on a topic exchange.", "", "exchange! write! read!", ""},
	{"DELETE", "/api/topic-permissions/{vhost}/{user}", admin, "Takes a user's topic permissions in a vhost away.", "", "", ""},
	{"GET", "/api/topic-permissions/{vhost}/{user}/{exchange}", admin, "The topic permission of a user on an exchange.", "", "", "list"},
	{"DELETE", "/api/topic-permissions/{vhost}/{user}/{exchange}", admin, "Takes a topic permission away.", "", "", ""},
	{"GET", "/api/vhost-limits", management, "The limits of vhosts.", "", "", "list"},
	{"GET", "/api/vhost-limits/{vhost}", management, "The limits of a vhost.", "", "", "list"},
	{"PUT", "/api/vhost-limits/{vhost}/{name}", admin, "Limits a vhost: max-connections or max-queues.", "", "value!:integer", ""},
	{"DELETE", "/api/vhost-limits/{vhost}/{name}", admin, "Takes a limit away.", "", "", ""},
	{"GET", "/api/user-limits", management, "The limits of users.", "", "", "list"},
	{"GET", "/api/user-limits/{user}", management, "The limits of a user.", "", "", "list"},
	{"PUT", "/api/user-limits/{user}/{name}", admin, "Limits a user: max-connections or max-channels.", "", "value!:integer", ""},
	{"DELETE", "/api/user-limits/{user}/{name}", admin, "Takes a limit away.", "", "", ""},

	{"GET", "/api/policies", management, "The policies.", "", "", "list"},
	{"GET", "/api/policies/{vhost}", management, "The policies of a vhost.", "", "", "list"},
	{"GET", "/api/policies/{vhost}/{name}", policymaker, "A policy.", "", "", "object"},
	{"PUT", "/api/policies/{vhost}/{name}", policymaker, "Makes a policy or changes it.", "", "pattern! definition!:object apply-to priority:integer", ""},
	{"DELETE", "/api/policies/{vhost}/{name}", policymaker, "Deletes a policy.", "", "", ""},
	{"GET", "/api/operator-policies", management, "The operator policies.", "", "", "list"},
	{"GET", "/api/operator-policies/{vhost}", management, "The operator policies of a vhost.", "", "", "list"},
	{"GET", "/api/operator-policies/{vhost}/{name}", admin, "An operator policy.", "", "", "object"},
	{"PUT", "/api/operator-policies/{vhost}/{name}", admin, "Makes an operator policy or changes it.", "", "pattern! definition!:object apply-to priority:integer", ""},
	{"DELETE", "/api/operator-policies/{vhost}/{name}", admin, "Deletes an operator policy.", "", "", ""},
	{"GET", "/api/parameters", policymaker, "The parameters of components.", listed, "", "list"},
	{"GET", "/api/parameters/{component}", policymaker, "The parameters of a component.", listed, "", "list"},
	{"GET", "/api/parameters/{component}/{vhost}", policymaker, "The parameters of a component in a vhost.", listed, "", "list"},
	{"GET", "/api/parameters/{component}/{vhost}/{name}", policymaker, "A parameter.", "columns", "", "object"},
	{"PUT", "/api/parameters/{component}/{vhost}/{name}", policymaker, "Makes a parameter or changes it.", "", "value!:any", ""},
	{"DELETE", "/api/parameters/{component}/{vhost}/{name}", policymaker, "Deletes a parameter.", "", "", ""},
	{"GET", "/api/global-parameters", policymaker, "The settings of the cluster.", listed, "", "list"},
	{"GET", "/api/global-parameters/{name}", policymaker, "A setting of the cluster.", "columns", "", "object"},
	{"PUT", "/api/global-parameters/{name}", policymaker, "Makes a setting of the cluster or changes it.", "", "value!:any", ""},
	{"DELETE", "/api/global-parameters/{name}", policymaker, "Deletes a setting of the cluster.", "", "", ""},

	{"GET", "/api/connections", management, "The connections that the user may see.", listed + sampled, "", "paged"},
	{"GET", "/api/connections/{name}", management, "A connection.", "columns" + sampled, "", "object"},
	{"DELETE", "/api/connections/{name}", management, "Closes a connection, for the reason in the header X-Reason.", "", "", ""},
	{"GET", "/api/connections/username/{user}", management, "The connections of a user.", listed, "", "list"},
	{"DELETE", "/api/connections/username/{user}", management, "Closes the connections of a user.", "", "", ""},
	{"GET", "/api/connections/{name}/channels", management, "The channels of a connection.", listed + sampled, "", "list"},
	{"GET", "/api/connections/{name}/sessions", management, "The sessions of AMQP 1.0: none.", "", "", "list"},
	{"GET", "/api/channels", management, "The channels that the user may see.", listed + sampled, "", "paged"},
	{"GET", "/api/channels/{name}", management, "A channel.", "columns" + sampled, "", "object"},
	{"GET", "/api/consumers", management, "The consumers.", listed, "", "list"},
	{"GET", "/api/consumers/{vhost}", management, "The consumers in a vhost.", listed, "", "list"},

	{"GET", "/api/exchanges", management, "The exchanges.", listed + sampled, "", "paged"},
	{"GET", "/api/exchanges/{vhost}", management, "The exchanges in a vhost.", listed + sampled, "", "paged"},
	{"GET", "/api/exchanges/{vhost}/{name}", management, "An exchange; amq.default is the one without a name.", "columns" + sampled, "", "object"},
	{"PUT", "/api/exchanges/{vhost}/{name}", management, "Declares an exchange.", "", "type internal:boolean " + declared, ""},
	{"DELETE", "/api/exchanges/{vhost}/{name}", management, "Deletes an exchange.", "if-unused:boolean", "", ""},
	{"GET", "/api/exchanges/{vhost}/{name}/bindings/source", management, "What is bound to an exchange.", listed, "", "list"},
	{"GET", "/api/exchanges/{vhost}/{name}/bindings/destination", management, "What an exchange is bound to.", listed, "", "list"},
	{"POST", "/api/exchanges/{vhost}/{name}/publish", management, "Publishes a message, and waits until it is stored.", "", "properties!:object routing_key! payload! payload_encoding!", "object"},
	{"GET", "/api/queues", management, "The queues.", listed + " disable_stats:boolean enable_queue_totals:boolean" + sampled, "", "paged"},
	{"GET", "/api/queues/detailed", management, "The queues, with all there is.", listed + sampled, "", "paged"},
	{"GET", "/api/queues/{vhost}", management, "The queues in a vhost.", listed + " disable_stats:boolean enable_queue_totals:boolean" + sampled, "", "paged"},
	{"GET", "/api/queues/{vhost}/{name}", management, "A queue.", "columns disable_stats:boolean enable_queue_totals:boolean" + sampled, "", "object"},
	{"PUT", "/api/queues/{vhost}/{name}", management, "Declares a queue.", "", declared, ""},
	{"DELETE", "/api/queues/{vhost}/{name}", management, "Deletes a queue.", "if-empty:boolean if-unused:boolean", "", ""},
	{"GET", "/api/queues/{vhost}/{name}/bindings", management, "What a queue is bound to.", listed, "", "list"},
	{"DELETE", "/api/queues/{vhost}/{name}/contents", management, "Drops what is ready in a queue.", "", "", ""},
	{"POST", "/api/queues/{vhost}/{name}/get", management, "Gets messages, and puts them back or not.", "", "count!:integer ackmode! encoding! truncate:integer", "list"},
	{"POST", "/api/queues/{vhost}/{name}/actions", admin, "Takes what RabbitMQ once did with mirrors, and does nothing.", "", "action!", ""},
	{"PUT", "/api/queues/{vhost}/{name}/pause", policymaker, "Stops the deliveries of a queue.", "", "", ""},
	{"PUT", "/api/queues/{vhost}/{name}/resume", policymaker, "Lets the deliveries of a queue go on.", "", "", ""},
	{"POST", "/api/queues/{vhost}/{name}/deletion/protection", admin, "Protects a queue from deletion.", "", "", ""},
	{"DELETE", "/api/queues/{vhost}/{name}/deletion/protection", admin, "Protects a queue no longer.", "", "", ""},
	{"GET", "/api/bindings", management, "The bindings.", listed, "", "list"},
	{"GET", "/api/bindings/{vhost}", management, "The bindings in a vhost.", listed, "", "list"},
	{"GET", "/api/bindings/{vhost}/e/{source}/q/{destination}", management, "The bindings of a queue to an exchange.", listed, "", "list"},
	{"POST", "/api/bindings/{vhost}/e/{source}/q/{destination}", management, "Binds a queue to an exchange.", "", "routing_key arguments:object", ""},
	{"GET", "/api/bindings/{vhost}/e/{source}/q/{destination}/{props}", management, "A binding, by its properties_key.", "columns", "", "object"},
	{"DELETE", "/api/bindings/{vhost}/e/{source}/q/{destination}/{props}", management, "Unbinds a queue.", "", "", ""},
	{"GET", "/api/bindings/{vhost}/e/{source}/e/{destination}", management, "The bindings of an exchange to an exchange.", listed, "", "list"},
	{"POST", "/api/bindings/{vhost}/e/{source}/e/{destination}", management, "Binds an exchange to an exchange.", "", "routing_key arguments:object", ""},
	{"GET", "/api/bindings/{vhost}/e/{source}/e/{destination}/{props}", management, "A binding, by its properties_key.", "columns", "", "object"},
	{"DELETE", "/api/bindings/{vhost}/e/{source}/e/{destination}/{props}", management, "Unbinds an exchange.", "", "", ""},

	{"GET", "/api/feature-flags", management, "Features, all of them on.", "", "", "list"},
	{"PUT", "/api/feature-flags/{name}/enable", admin, "Turns on a feature, which is on.", "", "", ""},
	{"GET", "/api/deprecated-features", management, "Deprecated features.", "", "", "list"},
	{"GET", "/api/deprecated-features/used", management, "Deprecated features in use.", "", "", "list"},
	{"GET", "/api/shovels", management, "Shovels: none.", "", "", "list"},
	{"GET", "/api/shovels/{vhost}", management, "Shovels of a vhost: none.", "", "", "list"},
	{"GET", "/api/federation-links", management, "Links of federation: none.", "", "", "list"},
	{"GET", "/api/federation-links/state/down", management, "Links of federation that are down: none.", "", "", "list"},
	{"GET", "/api/federation-links/{vhost}", management, "Links of federation of a vhost: none.", "", "", "list"},
	{"GET", "/api/federation-links/{vhost}/state/down", management, "Links of federation of a vhost that are down: none.", "", "", "list"},
	{"POST", "/api/rebalance/queues", admin, "Finds the leaders of queues where they should be.", "", "", ""},
	{"DELETE", "/api/reset", admin, "Forgets statistics.", "", "", ""},
	{"DELETE", "/api/reset/{node}", admin, "Forgets the statistics of a node.", "", "", ""},

	{"GET", "/api/aliveness-test/{vhost}", management, "A vhost takes requests.", "", "", "object"},
	{"GET", "/api/healthchecks/node", management, "The node takes requests.", "", "", "object"},
	{"GET", "/api/healthchecks/node/{node}", management, "A node takes requests.", "", "", "object"},
	{"GET", "/api/health/checks/alarms", anyUser, "There is no alarm.", "", "", "object"},
	{"GET", "/api/health/checks/local-alarms", anyUser, "There is no alarm of this node.", "", "", "object"},
	{"GET", "/api/health/checks/below-node-connection-limit", anyUser, "The node takes connections.", "", "", "object"},
	{"GET", "/api/health/checks/certificate-expiration/{n}/{unit}", anyUser, "No certificate ends within so many days, weeks, months or years.", "", "", "object"},
	{"GET", "/api/health/checks/is-in-service", anyUser, "The node is in service.", "", "", "object"},
	{"GET", "/api/health/checks/metadata-store/initialized", anyUser, "The store is there.", "", "", "object"},
	{"GET", "/api/health/checks/metadata-store/initialized/with-data", anyUser, "The store is there, and not empty.", "", "", "object"},
	{"GET", "/api/health/checks/node-is-quorum-critical", anyUser, "No queue needs this node for its majority.", "", "", "object"},
	{"GET", "/api/health/checks/port-listener/{port}", anyUser, "Something listens on a port.", "", "", "object"},
	{"GET", "/api/health/checks/protocol-listener/{protocols}", anyUser, "Something listens for one of the protocols.", "", "", "object"},
	{"GET", "/api/health/checks/quorum-queues-without-elected-leaders/all-vhosts", anyUser, "Every quorum queue has a leader.", "", "", "object"},
	{"GET", "/api/health/checks/quorum-queues-without-elected-leaders/all-vhosts/pattern/{pattern}", anyUser, "Every quorum queue of such a name has a leader.", "", "", "object"},
	{"GET", "/api/health/checks/quorum-queues-without-elected-leaders/vhost/{vhost}", anyUser, "Every quorum queue of a vhost has a leader.", "", "", "object"},
	{"GET", "/api/health/checks/quorum-queues-without-elected-leaders/vhost/{vhost}/pattern/{pattern}", anyUser, "Every quorum queue of such a name in a vhost has a leader.", "", "", "object"},
	{"GET", "/api/health/checks/reached-target-cluster-size", anyUser, "The cluster has as many nodes as it should.", "", "", "object"},
	{"GET", "/api/health/checks/ready-to-serve-clients", anyUser, "The node serves clients.", "", "", "object"},
	{"GET", "/api/health/checks/virtual-hosts", anyUser, "All vhosts run.", "", "", "object"},

	{"GET", "/api/x/openapi.json", management, "This description.", "", "", "object"},
	{"GET", "/api/x/events", management, "Server-sent events of the topics that are named, such as overview,queues:%2F,changes.", "topics! last_event_id", "", "events"},
	{"GET", "/api/x/audit", admin, "What was changed and what was refused, the newest first.", "limit:integer before:integer user vhost action name via from:integer till:integer refused:boolean", "", "object"},
	{"GET", "/api/x/topology", management, "The exchanges and queues of a vhost as a graph.", "vhost! focus depth:integer", "", "object"},
	{"POST", "/api/x/route-test", management, "Where a message would go. Nothing is published.", "", "vhost! exchange! routing_key! headers:object", "object"},
	{"GET", "/api/x/permission-test", management, "Whether a user may: the asker, or anybody for an administrator.", "user! vhost! resource! right! routing_key", "", "object"},
	{"GET", "/api/x/history", management, "The past of a number of node, vhost:V, queue:V:N, exchange:V:N, connection:N or channel:N.", "object! metric! from:integer step:integer", "", "object"},
	{"GET", "/api/x/search", management, "What has a text in its name.", "q! limit:integer", "", "object"},
	{"GET", "/api/x/log", monitoring, "The last lines of the log.", "level q after:integer limit:integer", "", "object"},
	{"GET", "/api/x/log/level", monitoring, "From which level on there are lines.", "", "", "object"},
	{"PUT", "/api/x/log/level", admin, "Sets the level, or that of a category, until the node stops.", "", "level! category", ""},
	{"POST", "/api/x/log/rotate", admin, "Puts the log file aside and begins a new one.", "", "", ""},
	{"GET", "/api/x/config", admin, "The settings in effect, and where each comes from.", "", "", "object"},
	{"POST", "/api/x/config/reload", admin, "Reads the settings again; tells which hold now and which need a restart.", "", "", "object"},
	{"POST", "/api/x/definitions/plan", admin, "What an import would create and change, and what is in its way.", "vhost all:boolean", "{}", "object"},
	{"GET", "/api/x/dead-letters/{vhost}", management, "Where dead letters wait, and what of.", "", "", "object"},
	{"PATCH", "/api/x/queues/{vhost}/{name}/arguments", management, "Changes arguments of a queue.", "", "{}", "object"},
	{"GET", "/api/x/queues/{vhost}/{name}/messages", management, "Messages of a queue, which stay where they are.", "state limit:integer after:integer encoding truncate:integer key text header death_queue death_reason", "", "object"},
	{"POST", "/api/x/queues/{vhost}/{name}/messages/move", management, "Moves messages, as a job.", "", moved, "object"},
	{"POST", "/api/x/queues/{vhost}/{name}/messages/copy", management, "Copies messages, as a job.", "", moved, "object"},
	{"POST", "/api/x/queues/{vhost}/{name}/messages/delete", management, "Deletes messages, as a job.", "", moved, "object"},
	{"POST", "/api/x/queues/{vhost}/{name}/redrive", management, "Brings dead letters back to where they died, as a job.", "", moved, "object"},
	{"GET", "/api/x/jobs", management, "The jobs that move messages.", "", "", "object"},
	{"GET", "/api/x/jobs/{id}", management, "A job.", "", "", "object"},
	{"DELETE", "/api/x/jobs/{id}", management, "Ends a job.", "", "", ""},
	{"POST", "/api/x/jobs/{id}/pause", management, "Has a job wait.", "", "", ""},
	{"POST", "/api/x/jobs/{id}/resume", management, "Has a job go on.", "", "", ""},
}
