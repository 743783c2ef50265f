package widget

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics are the server's own numbers. Every label comes from a list in the
// code, never from a visitor.
type metrics struct {
	connections *prometheus.GaugeVec
	framesIn    counts
	framesOut   counts
	nacks       counts
	refused     counts
	closed      counts
}

// counts is a counter for each value of one label.
type counts struct{ *prometheus.CounterVec }

func (c counts) inc(label string) { c.WithLabelValues(label).Inc() }

func newMetrics(r prometheus.Registerer) *metrics {
	auto := promauto.With(r)
	count := func(name, help, label string) counts {
		return counts{auto.NewCounterVec(prometheus.CounterOpts{
			Namespace: "chatgroups", Subsystem: "widget", Name: name, Help: help,
		}, []string{label})}
	}
	return &metrics{
		connections: auto.NewGaugeVec(prometheus.GaugeOpts{
			Namespace: "chatgroups", Subsystem: "widget", Name: "connections",
			Help: "Open WebSockets (ws) and polls that are held (poll).",
		}, []string{"transport"}),
		framesIn:  count("frames_in_total", "Frames from visitors.", "type"),
		framesOut: count("frames_out_total", "Frames to visitors.", "type"),
		nacks:     count("nacks_total", "Messages that were not taken, by the code the visitor was told.", "code"),
		refused:   count("refused_total", "What was refused without a bye: upgrades and preflights by reason, typing that came too often.", "reason"),
		closed:    count("closed_total", "Ended WebSockets and refused polls, by close code; silent: nothing came for a minute; gone: the visitor left.", "code"),
	}
}

func (m *metrics) connected(transport string, by float64) {
	m.connections.WithLabelValues(transport).Add(by)
}
