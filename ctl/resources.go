package ctl

import (
	"slices"
	"strconv"

	"github.com/hutchmq/hutchmq/ctl/client"
)

type resourceVerbs struct {
	SetMemoryHighWatermark setMemory       `cmd:"" name:"set_vm_memory_high_watermark" group:"Resources" help:"Change how much memory there may be in use before publishers are stopped, until the broker stops."`
	SetDiskFreeLimit       setDisk         `cmd:"" name:"set_disk_free_limit" group:"Resources" help:"Change how much disk must be free, or publishers are stopped, until the broker stops."`
	MemoryBreakdown        memoryBreakdown `cmd:"" name:"memory_breakdown" group:"Resources" help:"Show what the memory is used for."`
}

type setMemory struct {
	Fraction string `arg:"" help:"A share such as 0.6 of the memory there is; or the word absolute."`
	Limit    string `arg:"" optional:"" name:"size" help:"After absolute: a size such as 4GiB."`
}

// Run sets the watermark.
func (v *setMemory) Run(o *operator) error {
	limit := v.Fraction
	switch {
	case v.Fraction == "absolute" && v.Limit != "":
		limit = v.Limit
		o.say("Setting memory threshold to %s ...", limit)
	case v.Limit != "":
		return fail(exitUsage, "want a share such as 0.6, or absolute and a size, got '%s %s'", v.Fraction, v.Limit)
	default:
		if share, err := strconv.ParseFloat(limit, 64); err != nil || !(share >= 0 && share <= 1) {
			return fail(exitData, "want a share between 0.0 and 1.0, got '%s'", limit)
		}
		limit = shareText(limit)
		o.say("Setting memory threshold on the broker to %s ...", limit)
	}
	return o.put(map[string]string{"memory_high_watermark": limit}, "x", "alarms")
}

// shareText is a share as it is told from a size: with a point.
func shareText(text string) string {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text
	}
	if text = strconv.FormatFloat(f, 'f', -1, 64); text == "0" || text == "1" {
		text += ".0"
	}
	return text
}

type setDisk struct {
	Limit    string `arg:"" help:"A size such as 2GB; or mem_relative."`
	Fraction string `arg:"" optional:"" help:"After mem_relative: a share of the memory there is, such as 1.5."`
}

// Run sets the limit.
func (v *setDisk) Run(o *operator) error {
	limit := v.Limit
	switch {
	case v.Limit == "mem_relative":
		bytes, err := o.shareOfMemory(v.Fraction)
		if err != nil {
			return err
		}
		limit = strconv.FormatInt(bytes, 10)
	case v.Fraction != "":
		return fail(exitUsage, "want a size, or mem_relative and a share, got '%s %s'", v.Limit, v.Fraction)
	}
	o.say("Setting disk free limit on the broker to %s ...", limit)
	return o.put(map[string]string{"disk_free_limit": limit}, "x", "alarms")
}

// shareOfMemory is a share of what counts as all the memory, in bytes.
func (o *operator) shareOfMemory(share string) (int64, error) {
	f, err := strconv.ParseFloat(share, 64)
	if err != nil || !(f >= 0 && f <= 1000) {
		return 0, fail(exitData, "want a share such as 1.5 after mem_relative, got '%s'", share)
	}
	var said struct {
		Total int64 `json:"memory_total"`
	}
	err = o.get(&said, "x", "alarms")
	return int64(f * float64(said.Total)), err
}

type memoryBreakdown struct {
	Unit string `enum:"bytes,mb,gb" default:"mb" help:"bytes, mb or gb."`
}

var memoryParts = listing{plainColumns("category", "bytes", "percentage"), "category bytes percentage"}

// memoryUnits are how many bytes a unit has.
var memoryUnits = map[string]float64{"bytes": 1, "mb": 1e6, "gb": 1e9}

// Run shows the parts, the largest first.
func (v *memoryBreakdown) Run(o *operator) error {
	n, err := o.overview()
	if err != nil {
		return err
	}
	var said struct {
		Memory map[string]any `json:"memory"`
	}
	if err := o.client.Get(o.ctx, client.Path("nodes", n.Node, "memory"), &said); err != nil {
		return err
	}
	o.say("Reporting memory breakdown on node %s...", n.Node)
	rows, sum := parts(said.Memory)
	for _, r := range rows {
		bytes := r["bytes"].(float64)
		r["percentage"] = strconv.FormatFloat(100*bytes/max(sum, 1), 'f', 2, 64)
		if o.Formatter != "json" && o.Formatter != "csv" {
			decimals := 4
			if v.Unit == "bytes" {
				decimals = 0
			}
			r["bytes"] = strconv.FormatFloat(bytes/memoryUnits[v.Unit], 'f', decimals, 64) + " " + v.Unit
		}
	}
	return o.showRows(memoryParts, nil, rows)
}

// parts are the parts of memory that are not empty, and their sum.
func parts(memory map[string]any) (rows []row, sum float64) {
	for name, value := range memory {
		if bytes, ok := value.(float64); ok && bytes > 0 {
			rows = append(rows, row{"category": name, "bytes": bytes})
			sum += bytes
		}
	}
	slices.SortFunc(rows, func(a, b row) int {
		if a["bytes"] == b["bytes"] {
			return compareText(a["category"], b["category"])
		}
		return int(max(-1, min(1, b["bytes"].(float64)-a["bytes"].(float64))))
	})
	return rows, sum
}

func compareText(a, b any) int {
	if plain(a) < plain(b) {
		return -1
	}
	return 1
}
