package perf

import "slices"

// report sums up what a trial did. All workers have ended.
func (t *trial) report(product string) *Report {
	r := &Report{
		ID: t.load.ID, Scenario: t.load.Scenario, Broker: product, Seconds: t.gauge.seconds(),
		Duplicated: t.ledger.doubled, Disordered: t.ledger.disordered, Redelivered: t.ledger.redelivered,
		Foreign: t.ledger.foreign.Load(), Latency: t.latencies().quantiles(),
	}
	t.reportProducers(r)
	t.reportConsumers(r)
	if r.LostUnknown = t.unsettledWhy(); r.LostUnknown == "" {
		r.Lost = t.ledger.lost(t.lanes())
	}
	r.Examples = slices.Clone(t.ledger.examples)
	r.CPUEach, r.ToolCPUEach = t.gauge.each(max(r.Received, r.Sent))
	r.RSSBytes = t.gauge.peakBytes
	return r
}

func (t *trial) reportProducers(r *Report) {
	confirms := new(distribution)
	var span span
	for _, p := range t.producers {
		r.Sent += p.sent.Load()
		r.Confirmed += p.confirmed.Load()
		r.Nacked += p.nacked.Load()
		r.Returned += p.returned.Load()
		r.Unconfirmed += p.unconfirmed()
		if !p.cut && !p.Blocked.Load() && t.unsettled == "" {
			r.overdue += p.unconfirmed()
		}
		confirms.add(p.confirms)
		span.cover(p.beganNs, p.endedNs)
	}
	r.SentPerSecond = span.rate(r.Sent)
	r.ConfirmLatency = confirms.quantiles()
}

func (t *trial) reportConsumers(r *Report) {
	var span span
	for _, c := range t.consumers {
		r.Received += c.received.Load()
		span.cover(c.firstNs.Load(), c.lastNs.Load())
	}
	r.ReceivedPerSecond = span.rate(r.Received)
}

// unsettledWhy is why what did not come may not be lost; empty if it is.
func (t *trial) unsettledWhy() string {
	for _, p := range t.producers {
		if p.cut {
			return "a producer had to stop before the broker had taken all"
		}
	}
	if t.plan.unknown != "" {
		return t.plan.unknown
	}
	return t.unsettled
}

// span is the time that workers were at it.
type span struct{ first, last int64 }

// cover extends s over a worker's time, which is 0 if it did nothing.
func (s *span) cover(first, last int64) {
	if first == 0 {
		return
	}
	if s.first == 0 || first < s.first {
		s.first = first
	}
	s.last = max(s.last, last)
}

// rate is how many a second n were.
func (s span) rate(n uint64) float64 {
	if s.last <= s.first {
		return 0
	}
	return float64(n) / (float64(s.last-s.first) / 1e9)
}

// lanes are those of all producers.
func (t *trial) lanes() (all []*lane) {
	for _, p := range t.producers {
		for _, o := range p.outlets {
			for i := range o.lanes {
				all = append(all, &o.lanes[i])
			}
		}
	}
	return all
}

func (t *trial) received() (n uint64) {
	for _, c := range t.consumers {
		n += c.received.Load()
	}
	return n
}

func (t *trial) sums() (sent, received, confirmed uint64) {
	for _, p := range t.producers {
		sent += p.sent.Load()
		confirmed += p.confirmed.Load() + p.nacked.Load()
	}
	return sent, t.received(), confirmed
}

func (t *trial) latencies() *distribution {
	d := new(distribution)
	for _, c := range t.consumers {
		d.add(c.latency)
	}
	return d
}

// blocked reports whether a broker asked a producer to hold.
func (t *trial) blocked() bool {
	for _, p := range t.producers {
		if p.Blocked.Load() {
			return true
		}
	}
	return false
}
