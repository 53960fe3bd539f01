package ctl

// meaningless are verbs of RabbitMQ that are refused, each with the reason and
// what to do instead.
var meaningless = map[string]string{
	"stop":                               "the broker stops when its process is sent SIGTERM: kill it by the PID that status shows, or stop its service or container",
	"shutdown":                           "the broker stops when its process is sent SIGTERM: kill it by the PID that status shows, or stop its service or container",
	"stop_app":                           oneProcess,
	"start_app":                          oneProcess,
	"reset":                              "a node is reset by stopping it and emptying its data directory; the statistics are reset by reset_stats_db",
	"force_reset":                        "a node is reset by stopping it and emptying its data directory",
	"force_boot":                         singleNode,
	"join_cluster":                       singleNode,
	"sync_queue":                         noMirrors,
	"cancel_sync_queue":                  noMirrors,
	"grow":                               singleNode,
	"shrink":                             singleNode,
	"add_member":                         singleNode,
	"delete_member":                      singleNode,
	"add_replica":                        singleNode,
	"delete_replica":                     singleNode,
	"forget_cluster_node":                singleNode,
	"rename_cluster_node":                singleNode,
	"update_cluster_nodes":               singleNode,
	"change_cluster_node_type":           singleNode,
	"transfer_leadership":                singleNode,
	"drain":                              noMaintenance,
	"revive":                             noMaintenance,
	"suspend_listeners":                  noMaintenance,
	"resume_listeners":                   noMaintenance,
	"eval":                               noErlang,
	"eval_file":                          noErlang,
	"exec":                               noErlang,
	"remote_shell":                       noErlang,
	"observer":                           noErlang,
	"hipe_compile":                       noErlang,
	"maybe_stuck":                        noErlang,
	"erlang_cookie_hash":                 noErlang,
	"erlang_cookie_sources":              noErlang,
	"runtime_thread_stats":               noErlang,
	"force_gc":                           "Go collects its garbage by itself, and gives memory back when the broker is calm",
	"encode":                             noEncryption,
	"decode":                             noEncryption,
	"encrypt_conf_value":                 noEncryption,
	"decrypt_conf_value":                 noEncryption,
	"list_ciphers":                       "the cipher suites are those that Go finds safe; there is no list to choose from",
	"list_hashes":                        "passwords are hashed with SHA-256; see hash_password",
	"reconcile_vhosts":                   "vhosts run as long as their node does; see check_virtual_hosts",
	"disable_free_disk_space_monitoring": "the disk is always watched; set_disk_free_limit 0 is no limit",
	"enable_free_disk_space_monitoring":  "the disk is always watched; see set_disk_free_limit",
}

const (
	oneProcess    = "the broker and its process are one here: start and stop the process"
	singleNode    = "this broker is a single node: there are no others to deal with"
	noMirrors     = "there are no mirrored queues, in RabbitMQ 4 as here"
	noMaintenance = "there is no maintenance mode: a node that is stopped lets its clients finish for some seconds"
	noErlang      = "this broker is not made of Erlang"
	noEncryption  = "settings are not encrypted: keep secrets in a file or a variable that only the broker can read"
)

// meaninglessVerb refuses whatever it is given.
type meaninglessVerb struct {
	why  string
	Args []string `arg:"" optional:"" passthrough:""`
}

// Run refuses.
func (v *meaninglessVerb) Run(o *operator) error {
	return fail(exitSoftware, "%s does nothing here: %s", o.call.Selected().Name, v.why)
}
