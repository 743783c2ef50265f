package slackapp_test

import (
	"strings"
	"testing"
)

func TestThreadsSpeakTheLanguageOfTheWorkspace(t *testing.T) {
	w := newWorld(t, fast)
	for typed, want := range map[string]string{
		"/chatgroups language":         "Threads are in English",
		"/chatgroups language klingon": "language fr` or",
	} {
		if got := w.command(w.cleo, w.lobby, typed); !strings.Contains(got, want) {
			t.Errorf("%s says %q", typed, got)
		}
	}
	if got := w.command(w.ann, w.lobby, "/chatgroups language fr"); !strings.Contains(got, "Only workspace admins") {
		t.Errorf("Ann is told %q", got)
	}
	if got := w.command(w.cleo, w.lobby, "/chatgroups language fr"); !strings.Contains(got, "Threads are in Français from now on") {
		t.Errorf("Cleo is told %q", got)
	}
	v := w.visitor()
	v.say("Bonjour")
	root := w.root(w.tech, 0)
	for _, want := range []string{"*Conversation #1001* pour *Tech*", "Attend depuis", "Prendre en charge", "Visiteur 1001 · visiteur"} {
		if !stands(root, want) {
			t.Errorf("the card lacks %q:\n%s", want, root.Blocks)
		}
	}
	w.waitPosts(w.tech, root.TS, "Visiteur 1001 · visiteur: Bonjour")
	w.press(w.ann, w.tech, root.TS, "close")
	w.waitPosts(w.tech, root.TS, "Visiteur 1001 · visiteur: Bonjour", "Terminée par ann.")
	if got := w.command(w.cleo, w.lobby, "/chatgroups audit"); !strings.Contains(got, "language: `fr`") {
		t.Errorf("audit says\n%s", got)
	}
}
