package metrics

import "github.com/hutchmq/hutchmq/broker"

// scheduleRow is a schedule of a vhost.
type scheduleRow struct {
	labels []byte
	broker.Schedule
}

func allSchedules(s *snapshot) (rows []scheduleRow) {
	for _, v := range s.b.Vhosts() {
		if !s.filter.vhost(v.Name) {
			continue
		}
		for _, one := range s.b.Schedules(v.Name) {
			rows = append(rows, scheduleRow{label("vhost", v.Name, "schedule", one.Name), one})
		}
	}
	return rows
}

var ownSchedules = own(&tableOf[scheduleRow]{
	family: "hutchmq_schedule_metrics", objects: true, rows: allSchedules, labels: func(r *scheduleRow) []byte { return r.labels },
	metrics: []metric[scheduleRow]{
		{"schedules", gauge, "Schedules there are; of each on its own 1", func(*scheduleRow) float64 { return 1 }},
		{"schedule_runs_total", counter, "How often schedules have published, those that are gone left out",
			func(r *scheduleRow) float64 { return float64(r.Runs) }},
	},
})
