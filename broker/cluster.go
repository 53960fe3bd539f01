package broker

import (
	"cmp"
	"crypto/rand"
	"encoding/json"

	"github.com/hutchmq/hutchmq/definitions"
)

// The global parameters that tell which cluster this is.
const (
	clusterName = "cluster_name"
	clusterID   = "internal_cluster_id" // made up once; not exported
)

// ClusterName is what the cluster was named, or the name of the node.
func (b *Broker) ClusterName() string { return cmp.Or(b.globalText(clusterName), b.node) }

// ClusterID tells the cluster from all others, for as long as its data lives.
func (b *Broker) ClusterID() string { return b.globalText(clusterID) }

// globalText is a global parameter that is a text; else it is empty.
func (b *Broker) globalText(name string) (text string) {
	r, err := load(b.store, &definitions.GlobalParameter{Name: name})
	if err != nil || json.Unmarshal(r.Value, &text) != nil {
		return ""
	}
	return text
}

// identify makes up the identity of a cluster that has none.
func (b *Broker) identify() error {
	if b.ClusterID() != "" {
		return nil
	}
	value, err := json.Marshal("rabbitmq-cluster-id-" + rand.Text())
	if err != nil {
		return err
	}
	return set(b.store, &definitions.GlobalParameter{Name: clusterID, Value: value})
}
