package slackapp_test

import (
	"context"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestDoctorNamesWhoIsToldAndNotInTheChannel(t *testing.T) {
	w := newWorld(t, fast)
	if got := w.command(w.cleo, w.lobby, "/chatgroups doctor"); strings.Contains(got, "who are told") {
		t.Errorf("all are in their channels, and doctor says\n%s", got)
	}
	if err := w.slack.SetUserGroupMembers(w.cleo, w.salesGroup, w.bea, w.dan); err != nil {
		t.Fatal(err)
	}
	if got := w.command(w.cleo, w.lobby, "/chatgroups doctor"); !strings.Contains(got, "1 of those who are told is not in <#"+w.sales+">: dan") {
		t.Errorf("doctor says\n%s", got)
	}
}

func TestDoctorAndCheckSayWhetherUserGroupsCanBeChanged(t *testing.T) {
	w := newWorld(t, fast)
	check := func() string {
		cfg := slackapp.Config{BotToken: w.inst.BotToken, AppToken: w.inst.AppToken, APIURL: w.apiURL, PublicURL: "https://chat.example.com"}
		var said []string
		for _, f := range slackapp.CheckGroups(context.Background(), cfg, w.b) {
			said = append(said, f.Text+" "+f.Mend)
		}
		return strings.Join(said, "\n")
	}
	for _, row := range []struct {
		name string
		make func()
		says string
	}{
		{"everybody may", func() {}, "can be changed from here"},
		{"admins only", func() { w.slack.KeepUserGroupsToAdmins(true) }, "keeps that to admins"},
		{"free plan", func() { w.slack.SetPlan(fakeslack.Free) }, "need a paid Slack plan"},
	} {
		row.make()
		if got := w.command(w.cleo, w.lobby, "/chatgroups doctor"); !strings.Contains(got, row.says) {
			t.Errorf("%s: doctor says\n%s", row.name, got)
		}
		if got := check(); !strings.Contains(got, row.says) {
			t.Errorf("%s: check says\n%s", row.name, got)
		}
	}
}

func TestDoctorLooksAtThePublicAddress(t *testing.T) {
	for _, row := range []struct{ url, says string }{
		{"https://chat.example.com", "*public address*: https://chat.example.com"},
		{"http://chat.example.com", "is not https"},
		{"http://localhost:8080", "only browsers on this machine"},
		{"chat.example.com", "is no address that browsers could use"},
	} {
		if got := slackapp.CheckPublic(row.url, nil); !strings.Contains(got, row.says) {
			t.Errorf("for %s it says %q", row.url, got)
		}
	}
}

func TestDoctorSpeaksTheReadersLanguage(t *testing.T) {
	w := newWorld(t, fast)
	if err := w.slack.ChangePerson(w.cleo, func(p *fakeslack.Person) { p.Locale = "fr-FR" }); err != nil {
		t.Fatal(err)
	}
	if err := w.slack.Archive(w.cleo, w.tech); err != nil {
		t.Fatal(err)
	}
	w.wait("doctor in French", func() bool {
		got := w.command(w.cleo, w.lobby, "/chatgroups doctor")
		return strings.Contains(got, "Où en est l’installation") && strings.Contains(got, "est archivé. Désarchivez-le")
	})
}

func TestWhoCanMendATroubleIsToldInTheirLanguage(t *testing.T) {
	w := newWorld(t, fast)
	if err := w.slack.ChangePerson(w.cleo, func(p *fakeslack.Person) { p.Locale = "fr-FR" }); err != nil {
		t.Fatal(err)
	}
	x := bridge.Trouble{Workspace: w.ws, Kind: "channel_archived", About: w.tech, Shut: true}
	w.wait("a notice in French", func() bool { return strings.Contains(w.app.Notice(w.cleo, x), "Il s’agit de *Tech*") })
	if got := w.app.Notice(w.ann, x); !strings.Contains(got, "It is about *Tech*") {
		t.Errorf("Ann would read %q", got)
	}
}
