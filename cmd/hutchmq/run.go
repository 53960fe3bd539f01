package main

import (
	"context"
	"log/slog"

	"github.com/hutchmq/hutchmq/config"
)

// serve runs the broker until ctx ends. It returns once everything is stopped
// and stored.
func serve(ctx context.Context, cfg *config.Config, log *slog.Logger) error {
	log.Info("starting", "version", version, "node", cfg.Node.Name, "data_dir", cfg.DataDir)
	<-ctx.Done()
	log.Info("stopped")
	return nil
}
