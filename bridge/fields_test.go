package bridge_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

// whatIsKnown has, for each field, the words by which it would be found at the desk.
var whatIsKnown = map[bridge.Field][]string{
	bridge.FieldName:       {"Jane Roe", "Dr Roe"},
	bridge.FieldEmail:      {"jane@mail.example", "roe@firm.example"},
	bridge.FieldPage:       {"https://shop.example/secret", "A secret page"},
	bridge.FieldReferrer:   {"https://search.example/?q=kettle"},
	bridge.FieldLanguage:   {"de-AT", "Europe/Vienna"},
	bridge.FieldAttributes: {"gold plan", "turnover", "customer-17"},
}

// stranger is a visitor of whom everything is known, and who has written to Sales.
func (w *world) stranger(as bridge.Identity) *chat {
	w.Helper()
	v, err := w.bridge.EnterAs(w.ctx, site, "", as, func() {})
	w.must(err)
	t := &tab{world: w, visit: v, token: v.Token(), wakes: make(chan struct{}, 1)}
	t.resume()
	r := t.send("m-hello", "hello", to("sales"), everything)
	w.desk.drain()
	return &chat{w, t, r.Conversation}
}

func everything(d *bridge.Draft) {
	d.Name, d.Email = "Jane Roe", "jane@mail.example"
	d.Attributes = []bridge.Attribute{{Key: "plan", Value: "gold plan"}}
	d.Page = bridge.Page{
		URL: "https://shop.example/secret", Title: "A secret page", Referrer: "https://search.example/?q=kettle",
		Language: "de-AT", Zone: "Europe/Vienna",
	}
}

var signed = bridge.Identity{
	Subject: "customer-17", Name: "Dr Roe", Email: "roe@firm.example",
	Attributes: []bridge.Attribute{{Key: "turnover", Value: "12"}},
}

// atTheDesk is all that the desk could take from the work of a group's thread, if that
// began anew: the card, and every line.
func (c *chat) atTheDesk(g bridge.GroupID) string {
	c.Helper()
	c.must(c.bridge.ThreadLost(c.ctx, key(c.id, g), c.conversation(c.id).Threads[g]))
	work, ok, err := c.bridge.Work(c.ctx, key(c.id, g), 0)
	c.must(err)
	if !ok || len(work.Lines) == 0 {
		c.Fatalf("there is no work for %s", g)
	}
	c.desk.drain()
	return asText(c.T, work)
}

func asText(t T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(data)
}

// leaks returns the fields whose words are found in a text.
func leaks(text string) bridge.Fields {
	found := bridge.Fields{}
	for _, f := range bridge.AllFields {
		if slices.ContainsFunc(whatIsKnown[f], func(words string) bool { return strings.Contains(text, words) }) {
			found = append(found, f)
		}
	}
	return found
}

func TestOnlyWhatIsLetThroughReachesTheDesk(t *testing.T) {
	for name, tc := range map[string]struct{ site, group, want bridge.Fields }{
		"everything":              {nil, nil, bridge.AllFields},
		"nothing":                 {bridge.Fields{}, nil, bridge.Fields{}},
		"nothing, for the group":  {nil, bridge.Fields{}, bridge.Fields{}},
		"what both let through":   {bridge.Fields{"name", "page", "email"}, bridge.Fields{"page", "email", "attributes"}, bridge.Fields{"email", "page"}},
		"the name":                {bridge.Fields{"name"}, nil, bridge.Fields{"name"}},
		"the e-mail address":      {bridge.Fields{"email"}, nil, bridge.Fields{"email"}},
		"the page":                {nil, bridge.Fields{"page"}, bridge.Fields{"page"}},
		"where they came from":    {bridge.Fields{"referrer"}, nil, bridge.Fields{"referrer"}},
		"the language":            {bridge.Fields{"language"}, nil, bridge.Fields{"language"}},
		"what is said of them":    {bridge.Fields{"attributes"}, nil, bridge.Fields{"attributes"}},
		"all but the page's part": {bridge.Fields{"name", "email", "language", "attributes"}, nil, bridge.Fields{"name", "email", "language", "attributes"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.changeSite(site, func(s *bridge.Site) { s.Fields = tc.site })
			w.change("sales", func(g *bridge.Group) { g.Fields = tc.group })
			c := w.stranger(signed)
			_, err := c.tab.visit.Edit(w.ctx, "e-1", "m-hello", "hello again")
			w.must(err)
			w.equal(leaks(c.atTheDesk("sales")), tc.want)
			w.equal(leaks(asText(t, c.conversation(c.id))), tc.want)
			// The log has it all, and the visitor is not narrowed.
			w.equal(leaks(asText(t, w.log(c.id))), bridge.Fields(bridge.AllFields))
			w.equal(c.tab.reads(), []string{"hello again"})
		})
	}
}

func TestGroupsOfOneConversationMayKnowDifferently(t *testing.T) {
	w := newWorld(t)
	w.change("tech", func(g *bridge.Group) { g.Fields = bridge.Fields{"page"} })
	w.change("sales", func(g *bridge.Group) { g.Fields = bridge.Fields{"name", "page"} })
	c := w.stranger(signed)
	w.must(w.bridge.Invite(w.ctx, c.id, "tech", ann, ""))
	w.desk.drain()
	w.equal(leaks(c.atTheDesk("sales")), bridge.Fields{"name", "page"})
	w.equal(leaks(c.atTheDesk("tech")), bridge.Fields{"page"})
	for g, want := range map[bridge.GroupID]bridge.Fields{"sales": {"name", "page"}, "tech": {"page"}} {
		v, err := w.bridge.ConversationFor(w.ctx, key(c.id, g))
		w.must(err)
		w.equal(leaks(asText(t, v)), want)
	}
	// Who reads of it elsewhere may be of either.
	w.equal(leaks(asText(t, c.conversation(c.id))), bridge.Fields{"page"})
}

// What is gone took nothing back of what it kept to itself.
func TestWhatADeletedSiteKeptStaysKept(t *testing.T) {
	w := newWorld(t)
	w.changeSite(site, func(s *bridge.Site) { s.Fields = bridge.Fields{"language"} })
	c := w.stranger(signed)
	w.newSite(bridge.Site{Name: "Other"})
	w.must(w.bridge.DeleteSite(w.ctx, team, site, ann))
	w.start()
	w.equal(leaks(c.atTheDesk("sales")), bridge.Fields{"language"})
}

func TestANarrowedIdentityIsStillOne(t *testing.T) {
	w := newWorld(t)
	c := w.stranger(signed)
	w.changeSite(site, func(s *bridge.Site) { s.Fields = bridge.Fields{"email"} })
	w.equal(c.conversation(c.id).Opening.Identity, &bridge.Identity{Email: "roe@firm.example"})
	w.changeSite(site, func(s *bridge.Site) { s.Fields = bridge.Fields{"page"} })
	w.equal(c.conversation(c.id).Opening.Identity, (*bridge.Identity)(nil))
	w.changeSite(site, func(s *bridge.Site) { s.Fields = nil })
	w.equal(*c.conversation(c.id).Opening.Identity, signed)
}
