package slackapp

import "github.com/prometheus/client_golang/prometheus"

// socketMetrics count what happens on Socket Mode connections. Every label is one
// of a few words.
type socketMetrics struct {
	open        prometheus.Gauge
	connects    prometheus.Counter
	failures    *prometheus.CounterVec // reason
	disconnects *prometheus.CounterVec // reason
	deliveries  *prometheus.CounterVec // kind
	repeated    prometheus.Counter
	unacked     *prometheus.CounterVec // reason
	malformed   prometheus.Counter
}

// newSocketMetrics makes the counters and registers them; with nil they count
// unseen.
func newSocketMetrics(r prometheus.Registerer) *socketMetrics {
	if r == nil {
		r = prometheus.NewRegistry()
	}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "chatgroups_slack_socket_" + name, Help: help})
		r.MustRegister(c)
		return c
	}
	by := func(label, name, help string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "chatgroups_slack_socket_" + name, Help: help}, []string{label})
		r.MustRegister(c)
		return c
	}
	m := &socketMetrics{
		open: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "chatgroups_slack_socket_open", Help: "Socket Mode connections that Slack has greeted.",
		}),
		connects:    counter("connects_total", "Connections that Slack greeted."),
		failures:    by("reason", "failures_total", "Attempts to connect that failed, and connections that Slack refused."),
		disconnects: by("reason", "disconnects_total", "Ends of connections: Slack's reason, or silent, closed, lost."),
		deliveries:  by("kind", "deliveries_total", "Envelopes received."),
		repeated:    counter("repeated_total", "Envelopes that Slack says it had sent before."),
		unacked:     by("reason", "unacked_total", "Envelopes left for Slack to repeat."),
		malformed:   counter("malformed_total", "Frames that could not be read."),
	}
	r.MustRegister(m.open)
	return m
}
