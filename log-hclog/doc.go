// Package hclogbridge connects programs that log with hclog to Tenon, which logs
// with log/slog, in both directions: [Handler] lets Tenon log into an
// hclog.Logger, and [Logger] is an hclog.Logger that logs into a slog.Handler.
package hclogbridge
