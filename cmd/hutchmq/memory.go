package main

import (
	"log/slog"
	"os"
	"runtime/debug"

	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/config"
)

// memory is who may use how much, in bytes; 0 is no limit. What is in memory
// beside the messages of queues are connections, what waits for the disk, what
// was delivered and not acknowledged, and garbage.
type memory struct {
	total     int64 // that counts as all there is
	goLimit   int64 // of Go's collector, which works harder the closer it comes
	watermark int64 // beyond which publishers are stopped
	messages  int64 // of the queues
	staged    int64 // of what waits for the disk
}

const mib = 1 << 20

// share shares out the total memory of a node. Garbage must not be what stops
// publishers, so that Go collects it a little below the watermark.
func share(total, watermark int64) memory {
	m := memory{total: total, goLimit: total / 10 * 9, watermark: watermark, messages: 1 << 30, staged: 64 * mib}
	if watermark > 0 {
		m.goLimit = min(m.goLimit, watermark/20*19)
		m.messages = min(max(watermark/3, 16*mib), m.messages)
		m.staged = min(max(watermark/6, 8*mib), m.staged)
	}
	return m
}

// limitMemory shares out what cfg and the system allow, tells Go, and says so.
// The environment's GOMEMLIMIT wins.
func limitMemory(cfg *config.Config, log *slog.Logger) memory {
	total := broker.Watermark(cfg.Memory.Limit).Of(broker.MemoryTotal())
	m := share(total, broker.Watermark(cfg.Alarms.MemoryHighWatermark).Of(total))
	if os.Getenv("GOMEMLIMIT") != "" {
		m.goLimit = debug.SetMemoryLimit(-1)
	} else if total > 0 {
		debug.SetMemoryLimit(m.goLimit)
	}
	log.Info("memory", "total_mib", m.total/mib, "go_limit_mib", m.goLimit/mib,
		"high_watermark_mib", m.watermark/mib, "messages_mib", m.messages/mib)
	return m
}
