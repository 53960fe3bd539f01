package ctl

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/text"
)

// frame is a page of a live view.
type frame []line

type line struct {
	text  string
	heavy bool
}

// plain prints f for a program or a file, in so many columns and lines at
// most.
func (f frame) plain(columns, lines int) string {
	var b strings.Builder
	for i, l := range f {
		if i < lines {
			b.WriteString(strings.TrimRight(text.Trim(l.text, columns), " ") + "\n")
		}
	}
	return b.String()
}

// ansi prints f for a terminal: no line is longer than it, nor is there one
// more, so that nothing moves.
func (f frame) ansi(columns, lines int) string {
	var b strings.Builder
	for i, l := range f {
		if i >= lines {
			break
		}
		if i > 0 {
			b.WriteString(ansiLine)
		}
		shown := text.Trim(l.text, columns)
		if l.heavy {
			shown = ansiBold + shown + ansiPlain
		}
		b.WriteString(shown)
	}
	return b.String() + "\x1b[K"
}

// rate is how much a number changes in a second.
type rate struct{ Rate float64 }

// totals are what the whole broker does.
type totals struct {
	Queue struct {
		Ready   int64 `json:"messages_ready"`
		Unacked int64 `json:"messages_unacknowledged"`
	} `json:"queue_totals"`
	Object struct{ Connections, Channels, Consumers, Queues, Exchanges int } `json:"object_totals"`
	Stats  struct {
		Publish rate `json:"publish_details"`
		Deliver rate `json:"deliver_get_details"`
		Ack     rate `json:"ack_details"`
		Confirm rate `json:"confirm_details"`
	} `json:"message_stats"`
	Churn struct {
		Opened rate `json:"connection_created_details"`
	} `json:"churn_rates"`
}

// head says how the node is, and what it does.
func head(v overview, n node, t totals) frame {
	alarms := "no alarms"
	if list := n.alarms(); len(list) > 0 {
		alarms = "ALARM: low on " + strings.Join(list, " and ")
	}
	return frame{
		{fmt.Sprintf("HutchMQ %s  %s  up %s  %s", oneLine(v.Version), oneLine(v.Node), uptime(n.UptimeMs), alarms), n.MemoryAlarm || n.DiskFreeAlarm},
		{fmt.Sprintf("memory %s of %s   disk free %s   files %d of %d",
			bytesOf(n.MemoryUsed), bytesOf(n.MemoryLimit), bytesOf(n.DiskFree), n.Files, n.MaxFiles), false},
		{fmt.Sprintf("ready %s  unacked %s  connections %d  channels %d  consumers %d  queues %d",
			count(t.Queue.Ready), count(t.Queue.Unacked), t.Object.Connections, t.Object.Channels, t.Object.Consumers, t.Object.Queues), false},
		{fmt.Sprintf("a second: %s published, %s confirmed, %s delivered, %s acked, %s connected",
			perSecond(t.Stats.Publish.Rate), perSecond(t.Stats.Confirm.Rate), perSecond(t.Stats.Deliver.Rate),
			perSecond(t.Stats.Ack.Rate), perSecond(t.Churn.Opened.Rate)), false},
	}
}

const (
	queueLayout      = "%s %s %9s %9s %9s %9s %6s"
	connectionLayout = "%s %s %s %6s %10s %10s"
)

var (
	queueTitle      = fmt.Sprintf(queueLayout, cell("QUEUE", 20), cell("VHOST", 9), "READY", "UNACKED", "IN/s", "OUT/s", "CONS.")
	connectionTitle = fmt.Sprintf(connectionLayout, cell("CONNECTION", 28), cell("USER", 12), cell("STATE", 8), "CHAN.", "RECV/s", "SENT/s")
)

func queueLines(rows []row, most int) frame {
	var f frame
	for _, r := range rows[:min(len(rows), most)] {
		f = append(f, line{text: fmt.Sprintf(queueLayout, cell(plain(r["name"]), 20), cell(plain(r["vhost"]), 9),
			count(int64(number(r, "messages_ready"))), count(int64(number(r, "messages_unacknowledged"))),
			perSecond(number(r, "message_stats.publish_details.rate")), perSecond(number(r, "message_stats.deliver_get_details.rate")),
			count(int64(number(r, "consumers"))))})
	}
	if f == nil {
		f = frame{{text: "none"}}
	}
	return f
}

func connectionLines(rows []row) frame {
	var f frame
	for _, r := range rows {
		name := plain(r["user_provided_name"])
		if name == "" {
			name = plain(r["name"])
		}
		f = append(f, line{text: fmt.Sprintf(connectionLayout, cell(name, 28), cell(plain(r["user"]), 12), cell(plain(r["state"]), 8),
			count(int64(number(r, "channels"))), size(number(r, "recv_oct_details.rate")), size(number(r, "send_oct_details.rate")))})
	}
	if f == nil {
		f = frame{{text: "none"}}
	}
	return f
}

// keysHelp says what keys do.
func keysHelp(w *view) string {
	help := "sorted by " + w.sort + " (r u i o n)   c: connections   space: pause   q: quit"
	if w.paused {
		help = "PAUSED; space goes on"
	}
	return help
}

// cell is text in so many columns of a terminal.
func cell(s string, width int) string { return text.Pad(text.Snip(s, width, "~"), width, ' ') }

// number is the number at a key, 0 if there is none.
func number(r row, key string) float64 {
	f, _ := r.at(key).(float64)
	return f
}

// count is a whole number in at most nine columns.
func count(n int64) string {
	if n > 9_999_999 {
		return strings.ReplaceAll(humanize.SIWithDigits(float64(n), 1, ""), " ", "")
	}
	return humanize.Comma(n)
}

func perSecond(f float64) string {
	if f > 0 && f < 10 {
		return strconv.FormatFloat(f, 'f', 1, 64)
	}
	return count(int64(f + 0.5))
}

func size(f float64) string { return bytesOf(int64(f)).String() }

// uptime is a duration in its two largest units.
func uptime(ms int64) string {
	d := time.Duration(ms) * time.Millisecond
	switch {
	case d >= 24*time.Hour:
		return fmt.Sprintf("%dd %dh", d/(24*time.Hour), d%(24*time.Hour)/time.Hour)
	case d >= time.Hour:
		return fmt.Sprintf("%dh %dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return fmt.Sprintf("%dm %ds", d/time.Minute, d%time.Minute/time.Second)
}
