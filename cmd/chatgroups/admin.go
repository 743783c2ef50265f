package main

import (
	"fmt"
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/chatgroups/chatgroups/bridge"
)

// adminHandler serves the operator: health, readiness, metrics and profiles. It is
// never on the public listener.
func (n *node) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", n.ready)
	mux.Handle("GET /metrics", promhttp.HandlerFor(n.metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

// ready is 200 while the store answers, Slack is connected and takes the token, else
// 503 with the reasons, one a line. A channel's or user group's trouble is listed
// and leaves it at 200: the other groups work, visitors of this one are told the
// truth, and no restart and no other node would mend what an admin must mend in
// Slack.
func (n *node) ready(w http.ResponseWriter, r *http.Request) {
	var reasons []string
	err := n.store.Records(r.Context(), bridge.MetaRecords, "", func(bridge.Record) error { return nil })
	if err != nil {
		reasons = append(reasons, "store: "+err.Error())
	}
	if err := n.app.Ready(); err != nil {
		reasons = append(reasons, err.Error())
	}
	if len(reasons) > 0 {
		w.WriteHeader(http.StatusServiceUnavailable)
		for _, reason := range reasons {
			fmt.Fprintln(w, reason)
		}
		return
	}
	fmt.Fprintln(w, "ready")
	for _, trouble := range n.app.Troubles() {
		fmt.Fprintln(w, "trouble:", trouble)
	}
}
