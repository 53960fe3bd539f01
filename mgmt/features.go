package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/auth"
)

func (a *API) featureRoutes(r chi.Router) {
	r.Get("/api/feature-flags", a.asManager(a.featureFlags))
	r.Put("/api/feature-flags/{name}/enable", a.as("administrator", a.enableFeature))
	r.Get("/api/deprecated-features", a.asManager(a.deprecatedFeatures))
	r.Get("/api/deprecated-features/used", a.asManager(a.usedDeprecatedFeatures))
}

// featureFlag is a feature as RabbitMQ's API shows it.
type featureFlag struct {
	Name       string `json:"name"`
	Desc       string `json:"desc"`
	DocURL     string `json:"doc_url"`
	State      string `json:"state"`
	Stability  string `json:"stability"`
	ProvidedBy string `json:"provided_by"`
}

// features are RabbitMQ's flags that tools look for. All of them are on: there
// is no older node that would not know them.
var features = []struct{ name, desc string }{
	{"classic_mirrored_queue_version", "Support setting version for classic mirrored queues"},
	{"classic_queue_type_delivery_support", "Bug fix for classic queue deliveries using mixed versions"},
	{"detailed_queues_endpoint", "Add a detailed queues HTTP API endpoint"},
	{"direct_exchange_routing_v2", "v2 direct exchange routing implementation"},
	{"drop_unroutable_metric", "Count unroutable publishes to be dropped in stats"},
	{"empty_basic_get_metric", "Count AMQP basic.get on empty queues in stats"},
	{"feature_flags_v2", "Feature flags subsystem V2"},
	{"implicit_default_bindings", "Default bindings are now implicit, instead of being stored in the database"},
	{"khepri_db", "New Raft-based metadata store"},
	{"listener_records_in_ets", "Store listener records in ETS instead of Mnesia"},
	{"maintenance_mode_status", "Maintenance mode status"},
	{"message_containers", "Message containers"},
	{"message_containers_deaths_v2", "Bug fix for dead letter cycle detection"},
	{"quorum_queue", "Support queues of type `quorum`"},
	{"quorum_queue_non_voters", "Support new quorum queue members as non-voter"},
	{"rabbitmq_4.0.0", "Allows rolling upgrades from 3.13.x to 4.0.x"},
	{"rabbitmq_4.1.0", "Allows rolling upgrades to 4.1.x"},
	{"rabbitmq_4.2.0", "Allows rolling upgrades to 4.2.x"},
	{"rabbitmq_4.3.0", "Allows rolling upgrades to 4.3.x"},
	{"restart_streams", "Support for restarting streams with optional preferred next leader argument"},
	{"stream_filtering", "Support for stream filtering"},
	{"stream_queue", "Support queues of type `stream`"},
	{"stream_sac_coordinator_unblock_group", "Bug fix to unblock a group of consumers in a super stream partition"},
	{"stream_single_active_consumer", "Single active consumer for streams"},
	{"stream_update_config_command", "A new internal command that is used to update streams as part of a policy"},
	{"tracking_records_in_ets", "Store tracking records in ETS instead of Mnesia"},
	{"user_limits", "Configure connection and channel limits for a user"},
	{"virtual_host_metadata", "Virtual host metadata (description, tags, etc)"},
}

func (a *API) featureFlags(w http.ResponseWriter, _ *http.Request, _ *auth.User) {
	flags := make([]featureFlag, len(features))
	for i, f := range features {
		flags[i] = featureFlag{f.name, f.desc, "", "enabled", "required", "rabbit"}
	}
	answer(w, flags)
}

func (a *API) enableFeature(w http.ResponseWriter, r *http.Request) {
	for _, f := range features {
		if f.name == parameter(r, "name") {
			done(w, nil)
			return
		}
	}
	bad(w, "unknown feature flag '"+parameter(r, "name")+"'")
}

// deprecatedFeature is something old that still works.
type deprecatedFeature struct {
	Name       string `json:"name"`
	Desc       string `json:"desc"`
	Phase      string `json:"deprecation_phase"`
	State      string `json:"state"`
	DocURL     string `json:"doc_url"`
	ProvidedBy string `json:"provided_by"`
}

var deprecated = []deprecatedFeature{
	{"global_qos", "A prefetch for the consumers of a channel together", "permitted_by_default", "permitted", "", "rabbit"},
	{"transient_nonexcl_queues", "Queues that are neither durable nor exclusive", "permitted_by_default", "permitted", "", "rabbit"},
}

func (a *API) deprecatedFeatures(w http.ResponseWriter, _ *http.Request, _ *auth.User) {
	answer(w, deprecated)
}

// usedDeprecatedFeatures are those somebody uses who has to stop doing so:
// none, for they stay.
func (a *API) usedDeprecatedFeatures(w http.ResponseWriter, _ *http.Request, _ *auth.User) {
	answer(w, []deprecatedFeature{})
}
