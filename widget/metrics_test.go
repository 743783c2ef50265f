package widget_test

import (
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

func TestMetricsCountWhatHappens(t *testing.T) {
	h := newHouse(t)
	v := h.visit()
	v.hello()
	v.send("m1", "Hello")
	v.untilLine(1)
	v.sendTo("tech", "m2", strings.Repeat("x", 4001))
	v.say(frame{T: "4711"})
	v.say(frame{T: "ping"})
	v.until("pong")
	for _, tt := range []struct {
		metric, label string
		want          float64
	}{
		{"connections", "ws", 1},
		{"frames_in_total", "hello", 1},
		{"frames_in_total", "send", 2},
		{"frames_in_total", "ping", 1},
		{"frames_in_total", "unknown", 1},
		{"frames_in_total", "4711", 0}, // a visitor's word is no label
		{"frames_out_total", "welcome", 2},
		{"frames_out_total", "ev", 1},
		{"frames_out_total", "ack", 1},
		{"frames_out_total", "nack", 1},
		{"nacks_total", "too_long", 1},
	} {
		if got := h.count(tt.metric, tt.label); got != tt.want {
			t.Errorf("%s of %s is %v, want %v", tt.metric, tt.label, got, tt.want)
		}
	}
	v.transport.(*socket).sayRaw(websocket.TextMessage, []byte("broken"))
	v.untilEnd()
	h.dial("/w/v1/ws", nil)
	h.stop() // when all is counted
	for _, tt := range []struct {
		metric, label string
		want          float64
	}{
		{"connections", "ws", 0},
		{"closed_total", "4400", 1},
		{"refused_total", "origin", 1},
	} {
		if got := h.count(tt.metric, tt.label); got != tt.want {
			t.Errorf("%s of %s is %v, want %v", tt.metric, tt.label, got, tt.want)
		}
	}
}
