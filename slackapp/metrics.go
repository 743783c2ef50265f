package slackapp

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/chatgroups/chatgroups/bridge"
)

// metrics count what the app does in Slack. Every label is one of a few words.
type metrics struct {
	calls     *prometheus.CounterVec // method, outcome
	relayed   prometheus.Counter
	recovered prometheus.Counter
	revised   *prometheus.CounterVec // what
	regained  *prometheus.CounterVec // what
	ignored   *prometheus.CounterVec // what
	troubles  *prometheus.GaugeVec   // what
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chatgroups_slack_calls_total", Help: "Calls of the Web API that change something, and readings that failed.",
		}, []string{"method", "outcome"}),
		relayed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "chatgroups_agent_messages_total", Help: "Messages and notes of agents taken from threads.",
		}),
		recovered: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "chatgroups_replies_recovered_total", Help: "Messages of agents found by reading a thread, not told by an event.",
		}),
		revised: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chatgroups_agent_revisions_total", Help: "Edits and deletions of agents that were followed.",
		}, []string{"what"}),
		regained: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chatgroups_revisions_recovered_total", Help: "Edits and deletions of agents found by reading a thread, not told by an event.",
		}, []string{"what"}),
		ignored: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "chatgroups_slack_ignored_total", Help: "What Slack told and the app leaves aside.",
		}, []string{"what"}),
		troubles: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "chatgroups_slack_troubles", Help: "What is wrong at Slack until somebody mends it there: dead tokens, missing scopes, channels that cannot be posted to, user groups that tell nobody.",
		}, []string{"what"}),
	}
	r.MustRegister(m.calls, m.relayed, m.recovered, m.revised, m.regained, m.ignored, m.troubles)
	return m
}

// took counts what the bridge took from a thread. live is false where it was found
// by reading, not told by an event.
func (m *metrics) took(taken bridge.Taken, live bool) {
	what := ""
	switch taken {
	case bridge.TakenMessage:
		m.relayed.Inc()
		if !live {
			m.recovered.Inc()
		}
		return
	case bridge.TakenEdit:
		what = "edit"
	case bridge.TakenDeletion:
		what = "deletion"
	default:
		return
	}
	m.revised.WithLabelValues(what).Inc()
	if !live {
		m.regained.WithLabelValues(what).Inc()
	}
}

func (m *metrics) call(method string, v verdict) {
	m.calls.WithLabelValues(method, v.outcome.String()).Inc()
}

func (o outcome) String() string {
	switch o {
	case done:
		return "done"
	case notDone:
		return "not_done"
	case refused:
		return "refused"
	case bad:
		return "bad"
	}
	return "unsure"
}
