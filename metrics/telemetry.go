package metrics

import (
	"sync"
	"time"
)

// telemetry is what the scrapes of one page took.
type telemetry struct {
	mu      sync.Mutex
	scrapes int
	bytes   int
	took    time.Duration
}

func (t *telemetry) note(bytes int, took time.Duration) {
	t.mu.Lock()
	t.scrapes++
	t.bytes += bytes
	t.took += took
	t.mu.Unlock()
}

// write writes what the scrapes before took.
func (t *telemetry) write(p *page, endpoint string) {
	t.mu.Lock()
	scrapes, bytes, took := float64(t.scrapes), float64(t.bytes), t.took.Seconds()
	t.mu.Unlock()
	labels := label("registry", endpoint, "content_type", contentType)
	p.begin("telemetry_scrape_size_bytes", summary, "Scrape size, not encoded")
	p.sampleOf("_count", labels, scrapes)
	p.sampleOf("_sum", labels, bytes)
	p.begin("telemetry_scrape_duration_seconds", summary, "Scrape duration")
	p.sampleOf("_count", labels, scrapes)
	p.sampleOf("_sum", labels, took)
}
