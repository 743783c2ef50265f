package slackapp_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

// Whatever is known of the visitor, by the field that lets it through.
var known = map[bridge.Field]string{
	bridge.FieldName: "Jane Roe", bridge.FieldEmail: "jane@mail.example", bridge.FieldPage: "shop.example/secret",
	bridge.FieldReferrer: "search.example", bridge.FieldLanguage: "Europe/Vienna", bridge.FieldAttributes: "customer-17",
}

// everything is all that the app ever told Slack about a channel's messages: texts,
// names, blocks and metadata, with what became of them.
func (w *world) everything(channels ...string) string {
	w.t.Helper()
	var all strings.Builder
	for _, c := range channels {
		data, err := json.Marshal(w.slack.Messages(c))
		if err != nil {
			w.t.Fatal(err)
		}
		all.Write(data)
	}
	return all.String()
}

func (w *world) changeSite(fn func(*bridge.Site)) {
	w.t.Helper()
	s, err := w.b.Site("main")
	if err == nil {
		fn(&s)
		_, err = w.b.UpdateSite(context.Background(), s, bridge.Author{})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) changeGroup(id bridge.GroupID, fn func(*bridge.Group)) {
	w.t.Helper()
	g, err := w.b.Group(w.ws, id)
	if err == nil {
		fn(&g)
		_, err = w.b.UpdateGroup(context.Background(), g, bridge.Author{})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// identified is a visitor of whom everything is known, and who wrote to Tech.
func (w *world) identified() *tab {
	w.t.Helper()
	v := w.visitor()
	signed := bridge.Identity{
		Subject: "customer-17", Name: "Jane Roe", Email: "jane@mail.example",
		Attributes: []bridge.Attribute{{Key: "of", Value: "customer-17"}},
	}
	known, err := w.b.EnterAs(context.Background(), "main", v.token, signed, func() {})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(known.Leave)
	v.Visit = known
	_, err = v.Send(context.Background(), bridge.Draft{
		ID: "m-first", Body: "Hello?", Group: "tech", Name: "Jane Roe", Email: "jane@mail.example",
		Attributes: []bridge.Attribute{{Key: "plan", Value: "customer-17"}},
		Page: bridge.Page{
			URL: "https://shop.example/secret", Title: "shop.example/secret", Referrer: "https://search.example/",
			Language: "de", Zone: "Europe/Vienna",
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// Every way on which something is told of a visitor: the card, new and updated, lines
// of each kind, a story told to an invited group, lists and buttons.
func TestWhatASiteKeepsToItselfNeverReachesSlack(t *testing.T) {
	for name, tc := range map[string]struct{ site, tech, sales, inTech, inSales bridge.Fields }{
		"nothing is kept":          {inTech: bridge.AllFields, inSales: bridge.AllFields},
		"everything is kept":       {site: bridge.Fields{}},
		"one group may know less":  {sales: bridge.Fields{"page"}, inTech: bridge.AllFields, inSales: bridge.Fields{"page"}},
		"a group lifts no secrecy": {site: bridge.Fields{"language"}, tech: bridge.AllFields, inTech: bridge.Fields{"language"}, inSales: bridge.Fields{"language"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, fast)
			w.changeSite(func(s *bridge.Site) { s.Fields = tc.site })
			w.changeGroup("tech", func(g *bridge.Group) { g.Fields = tc.tech })
			w.changeGroup("sales", func(g *bridge.Group) { g.Fields = tc.sales })
			v := w.identified()
			who := "Visitor 1001"
			if slices.Contains(tc.inTech, bridge.FieldName) {
				who = "Jane Roe"
			}
			root := w.root(w.tech, 0)
			w.waitPosts(w.tech, root.TS, who+" · visitor: Hello?")
			said := w.command(w.ann, w.tech, "/chatgroups open") + w.command(w.cleo, w.lobby, "/chatgroups open")
			w.reply(w.ann, w.tech, root.TS, "Let me see")
			if _, err := v.Edit(context.Background(), "m-edit", "m-first", "Hello there?"); err != nil {
				t.Fatal(err)
			}
			said += w.command(w.ann, w.tech, "/chatgroups invite 1001 sales")
			sales := w.root(w.sales, 0)
			w.wait("the story told to Sales", func() bool { return len(w.posts(w.sales, sales.TS)) > 0 })
			v.say("And one more")
			w.command(w.ann, w.tech, "/chatgroups close 1001")
			if _, err := v.Rate(context.Background(), "m-rate", 4, "fine"); err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct{ channel, root string }{{w.tech, root.TS}, {w.sales, sales.TS}} {
				w.wait("the rating", func() bool {
					return strings.Contains(strings.Join(w.posts(c.channel, c.root), "\n"), "4 of 5")
				})
				w.wait("the card of what is closed", func() bool {
					m, _ := w.slack.Message(c.channel, c.root)
					return stands(m, "Closed")
				})
			}
			told := map[string]bridge.Fields{w.tech: tc.inTech, w.sales: tc.inSales}
			for _, f := range bridge.AllFields {
				for channel, fields := range told {
					if got, want := strings.Contains(w.everything(channel), known[f]), slices.Contains(fields, f); got != want {
						t.Errorf("whether %s of %s knows the %s: %v, want %v", channel, name, f, got, want)
					}
				}
				if strings.Contains(said, known[f]) && !slices.Contains(tc.inTech, f) {
					t.Errorf("an answer tells the %s:\n%s", f, said)
				}
			}
		})
	}
}

func TestTheSnippetAndWhatPoliciesNeed(t *testing.T) {
	w := newWorld(t, fast)
	w.changeSite(func(s *bridge.Site) {
		s.Texts = bridge.Texts{}
		s.Texts.Set(bridge.EveryLanguage, bridge.TextTitle, `Ask "Tea & Co"`)
	})
	said := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(w.command(w.cleo, w.lobby, "/chatgroups site add https://*.shop.example"))
	for _, want := range []string{
		`<script async src="https://chat.example.com/w/v1/main.js"></script>`,
		`<noscript><a href="https://chat.example.com/c/main">Ask &#34;Tea &amp; Co&#34;</a></noscript>`,
		"script-src https://chat.example.com; connect-src https://chat.example.com wss://chat.example.com; img-src https://chat.example.com",
		`<script async nonce="…" src="https://chat.example.com/w/v1/main.js"></script>`,
		"https://*.shop.example",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("it lacks %s:\n%s", want, said)
		}
	}
}
