package mgmt

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
)

func (a *API) alarmRoutes(r chi.Router) {
	r.Get("/api/x/alarms", a.as("monitoring", a.usage))
	r.Put("/api/x/alarms", a.as("administrator", a.putUsage))
}

// usage answers what may run out, in bytes; a limit of 0 is none.
func (a *API) usage(w http.ResponseWriter, _ *http.Request) {
	u := a.broker.Usage()
	answer(w, object{
		"memory_alarm": u.Alarm&broker.LowMemory != 0, "memory_used": u.MemoryUsed, "memory_limit": u.MemoryLimit,
		"memory_total": u.MemoryTotal,
		"disk_alarm":   u.Alarm&broker.LowDisk != 0, "disk_free": u.DiskFree, "disk_free_limit": u.DiskFreeLimit,
	})
}

// putUsage changes the limits that the body names, until the node stops.
func (a *API) putUsage(w http.ResponseWriter, r *http.Request) {
	var memory, disk string
	in, ok := read(w, r, maxBodyBytes)
	if !ok || !in.take(w, field{"memory_high_watermark", &memory, aString}, field{"disk_free_limit", &disk, aString}) {
		return
	}
	watermark, err := config.ParseWatermark(memory)
	if memory != "" && err != nil {
		bad(w, "memory_high_watermark: "+err.Error())
		return
	}
	free, err := config.ParseBytes(disk)
	if disk != "" && err != nil {
		bad(w, "disk_free_limit: "+err.Error())
		return
	}
	if memory != "" {
		a.broker.SetMemoryWatermark(broker.Watermark(watermark))
		a.acting(r).Note("alarm.memory_high_watermark.set", amqp.Table{"name": memory})
	}
	if disk != "" {
		a.broker.SetDiskFreeLimit(int64(free))
		a.acting(r).Note("alarm.disk_free_limit.set", amqp.Table{"name": disk})
	}
	done(w, nil)
}
