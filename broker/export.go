package broker

import (
	"github.com/hutchmq/hutchmq/definitions"
)

// Export is everything that Import takes, as RabbitMQ would write it.
func (b *Broker) Export() (*definitions.Definitions, error) {
	d := &definitions.Definitions{Format: definitions.FormatCluster}
	for _, kind := range definitions.Kinds {
		err := each(b.store, kind, func(r definitions.Record) error {
			if g, ok := r.(*definitions.GlobalParameter); ok && g.Name == clusterID {
				return nil
			}
			d.Add(r)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	for i := range d.Vhosts {
		if len(d.Vhosts[i].Limits) == 0 {
			continue
		}
		p, err := limitsParameter(&d.Vhosts[i])
		if err != nil {
			return nil, err
		}
		d.Add(&p)
	}
	d.Complete()
	return d, nil
}
