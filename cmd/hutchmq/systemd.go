package main

import (
	"log/slog"
	"os"

	"github.com/hutchmq/hutchmq/systemd"
)

// dialSystemd finds who started this process and wants to hear from it, if
// anybody does. A broker that cannot tell runs all the same.
func dialSystemd(log *slog.Logger) *systemd.Service {
	s, err := systemd.Dial(os.LookupEnv)
	if err != nil {
		log.Warn(err.Error())
	}
	return s
}
