package broker

import "errors"

// restoreDelayed takes up what vhosts hold, now that there are queues for it,
// and adds their logs to those that are somebody's.
func (b *Broker) restoreDelayed(logs map[uint64]bool) error {
	all, err := b.vopts.Delays.Logs()
	if err != nil {
		return err
	}
	var errs []error
	for name, id := range all {
		v, err := b.Vhost(name)
		if err != nil {
			continue // it is gone
		}
		logs[id] = true
		_, err = v.OpenDelayed()
		errs = append(errs, err)
	}
	errs = append(errs, b.vopts.Delays.Recover(func(name string) bool {
		v, _ := b.Vhost(name)
		return v != nil
	}))
	return errors.Join(errs...)
}
