// Package house checks the house itself: who may enter whose room, that every
// room says what it is, and a few rules of the house. It reads the files
// itself and does not ask go list, so that go test's cache sees every change.
package house

// doors lists, room by room, the rooms it may enter. A pattern ends in /*.
// What is below cmd may enter all; what is below internal stands outside.
var doors = map[string]string{
	"amqp":            "",
	"amqp/spec":       "",
	"amqp/dial":       "amqp",
	"message":         "amqp",
	"exchange":        "amqp message",
	"pattern":         "",
	"policy":          "amqp pattern queue",
	"auth":            "pattern",
	"auth/*":          "auth",
	"spelling":        "",
	"definitions":     "pattern spelling",
	"definitions/cli": "definitions ctl/client",
	"config":          "spelling",
	"stats":           "",
	"store":           "stats store/journal store/keyring",
	"store/keyring":   "",
	"store/storetest": "store",
	"store/segment":   "",
	"store/journal":   "stats",
	"raft":            "store/journal",
	"queue":           "amqp message stats",
	"dedup":           "queue store",
	"filter":          "amqp message",
	"queue/classic":   "amqp message stats queue store dedup filter",
	"queue/volatile":  "amqp queue",
	"queue/stream":    "amqp message stats queue store/segment",
	"queue/quorum":    "amqp message stats queue raft",
	"queue/queuetest": "amqp message stats queue",
	"delay":           "amqp message queue stats store",
	"schedule":        "definitions",
	"vhost":           "amqp message delay dedup exchange queue policy stats",
	"cluster":         "definitions raft",
	"broker":          "amqp message delay dedup exchange queue policy stats vhost auth definitions schedule config store cluster",
	"server":          "amqp message queue stats auth broker tracing",
	"logbook":         "",
	"tracing":         "",
	"listener":        "",
	"systemd":         "",
	"packaging/sbom":  "",
	"mgmt":            "amqp message pattern queue stats policy auth definitions config listener logbook broker mgmt-ui",
	"mgmt-ui":         "",
	"metrics":         "stats queue listener broker",
	"ctl":             "auth definitions ctl/client",
	"ctl/client":      "",
	"perf":            "amqp amqp/dial",
	"drain":           "amqp amqp/dial ctl/client",
	"plugin/*":        "amqp message exchange queue auth definitions stats store broker",
	"integration":     "",
}

// guests lists, module by module, the rooms that may ask it in. Tests may ask
// in whom they like.
var guests = map[string]string{
	"github.com/alecthomas/kong":          "cmd/hutchmq ctl",
	"github.com/dgraph-io/badger":         "store",
	"github.com/dlclark/regexp2":          "pattern",
	"github.com/expr-lang/expr":           "filter",
	"github.com/go-chi/chi":               "mgmt",
	"github.com/go-ldap/ldap":             "auth/ldap",
	"github.com/golang-jwt/jwt":           "auth/oauth2",
	"github.com/dustin/go-humanize":       "ctl cmd/hutchmq",
	"github.com/jedib0t/go-pretty":        "ctl",
	"golang.org/x/term":                   "cmd/hutchmq ctl",
	"github.com/klauspost/compress":       "mgmt metrics store integration",
	"github.com/netresearch/go-cron":      "schedule",
	"github.com/prometheus/client_golang": "metrics",
	"github.com/prometheus/common":        "metrics",
	"github.com/rabbitmq/amqp091-go":      "perf plugin/shovel plugin/federation integration",
	"golang.org/x/crypto":                 "auth",
	"gopkg.in/yaml.v3":                    "config definitions",
}

// outsiders are rooms whose own doors nobody checks.
var outsiders = []string{"cmd/", "internal/"}

// badNames are words that name the machinery, not a noun of the protocol.
var badNames = []string{"util", "utils", "helper", "helpers", "common", "manager", "misc"}

// skipped are folders that hold nothing of ours, or nothing that is source.
var skipped = []string{".git", ".tools", "bin", "data", "node_modules", "dist"}
