package slackapp

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// A Finding is one thing that was looked at: how it stands, and what to do where
// it is wrong. Both `/chatgroups doctor` and `chatgroups check` show them.
type Finding struct {
	What string // "bot token", "group Tech"
	OK   bool
	Text string // what is so
	Mend string // what to do; "" when OK

	trouble string // the kind and subject of the trouble that it shows, or ""
}

// scopes are the bot scopes that the app uses, with what for. manifest.yml asks
// for exactly these; a test compares.
var scopes = map[string]string{
	"app_mentions:read":    "@chatgroups in threads",
	"channels:history":     "answers in public channels, and finding lost posts",
	"channels:manage":      "creating a group's channel, and bringing its people in",
	"channels:join":        "entering a group's public channel",
	"channels:read":        "finding channels by name, and who is in them",
	"chat:write":           "posting threads, answering commands",
	"chat:write.customize": "visitor lines under the visitor's name",
	"commands":             "/chatgroups",
	"files:read":           "agents' files for visitors",
	"files:write":          "visitors' files",
	"groups:history":       "answers in private channels",
	"groups:read":          "private channels the app was invited to",
	"im:write":             "telling admins what must be mended",
	"reactions:write":      "the lock on notes",
	"usergroups:read":      "finding the user group to tell",
	"usergroups:write":     "creating user groups, and changing who is in them",
	"users:read":           "agents' names, and who is an admin",
}

// botEvents are the events that the app subscribes to, as manifest.yml does.
var botEvents = append(slices.Sorted(maps.Keys(troubleEvents)),
	"app_home_opened", "app_mention", "member_joined_channel", "member_left_channel", "message.channels", "message.groups", "user_change")

// maxClockSkew is how far the machine's clock may be off before Slack's
// signatures are refused (five minutes) gets near.
const maxClockSkew = time.Minute

// Check looks at the tokens, the scopes and the clock by asking Slack, without a
// bridge. It blocks for as long as Slack takes, some seconds at most.
func Check(ctx context.Context, cfg Config) []Finding {
	cfg.defaults()
	client := newHTTPClient()
	defer client.CloseIdleConnections()
	return checkTokens(ctx, cfg, client)
}

// askToken asks Slack whose the bot token is, and returns the headers of the
// answer.
func askToken(ctx context.Context, cfg Config, client *http.Client) (auth *slack.AuthTestResponse, header http.Header, err error) {
	api := slack.New(cfg.BotToken, slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(client),
		slack.OptionOnResponseHeaders(func(_ string, h http.Header) { header = h.Clone() }))
	auth, err = api.AuthTestContext(ctx)
	return auth, header, err
}

func checkTokens(ctx context.Context, cfg Config, client *http.Client) []Finding {
	auth, header, err := askToken(ctx, cfg, client)
	if err != nil {
		v := classify(err, true)
		if x, ok := troubleFor(v.code, ""); ok {
			if x.Kind == tokenRefused {
				return []Finding{findingOf("bot token", x)}
			}
			return []Finding{findingOf("Slack", x)}
		}
		f := Finding{What: "bot token", Text: "Slack could not be asked", Mend: "Check the network, and SLACK_API_URL where it is set."}
		if v.code != "" {
			f.Text, f.Mend = "Slack refuses it ("+v.code+")", explain(v.code, "")
		}
		return []Finding{f}
	}
	found := []Finding{{What: "bot token", OK: true, Text: "valid for workspace " + auth.Team}}
	found = append(found, checkScopes(header), checkClock(header, cfg.Clock.Now()))
	switch {
	case cfg.AppToken != "":
		found = append(found, checkAppToken(ctx, cfg, client))
	case cfg.SigningSecret == "":
		found = append(found, Finding{What: "events", Text: "Slack has no way to reach the program",
			Mend: "Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for signed HTTP."})
	}
	return found
}

// missingScopes are the scopes that the app needs and was not given, with what
// for; listed is false where Slack did not list them.
func missingScopes(h http.Header) (missing []string, listed bool) {
	given, listed := givenScopes(h)
	for s := range scopes {
		if listed && !slices.Contains(given, s) {
			missing = append(missing, scopeWithUse(s))
		}
	}
	slices.Sort(missing)
	return missing, listed
}

// scopeWithUse says what a scope is for.
func scopeWithUse(scope string) string {
	if scopes[scope] == "" {
		return scope
	}
	return scope + " (" + scopes[scope] + ")"
}

// givenScopes reads the header by which Slack tells the scopes of a token.
func givenScopes(h http.Header) (given []string, listed bool) {
	list := strings.ReplaceAll(h.Get("X-OAuth-Scopes"), " ", "")
	return strings.Split(list, ","), list != ""
}

func checkScopes(h http.Header) Finding {
	missing, listed := missingScopes(h)
	if !listed {
		return Finding{What: "scopes", OK: true, Text: "Slack did not list them"}
	}
	if len(missing) > 0 {
		return findingOf("scopes", bridge.Trouble{Kind: scopeMissing, Detail: strings.Join(missing, ", ")})
	}
	given, _ := givenScopes(h)
	given = slices.DeleteFunc(given, func(s string) bool { return scopes[s] != "" })
	slices.Sort(given)
	f := Finding{What: "scopes", OK: true, Text: "all there"}
	if len(given) > 0 {
		f.Text += "; not needed: " + strings.Join(given, ", ")
	}
	return f
}

func checkClock(h http.Header, now time.Time) Finding {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return Finding{What: "clock", OK: true, Text: "Slack did not tell the time"}
	}
	if d := now.Sub(date).Round(time.Second); d.Abs() > maxClockSkew {
		return Finding{What: "clock", Text: fmt.Sprintf("off by %s from Slack's", d.Abs()),
			Mend: "Set this machine's clock, best by NTP: past five minutes Slack's signatures are refused."}
	}
	return Finding{What: "clock", OK: true, Text: "agrees with Slack's"}
}

func checkAppToken(ctx context.Context, cfg Config, client *http.Client) Finding {
	api := slack.New("", slack.OptionAppLevelToken(cfg.AppToken), slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(client))
	if _, _, err := api.StartSocketModeContext(ctx); err != nil {
		v := classify(err, true)
		return Finding{What: "app token", Text: "Socket Mode cannot be opened (" + v.code + ")",
			Mend: "SLACK_APP_TOKEN must be an app-level token, xapp-…, with connections:write; Socket Mode must be on in the app's settings."}
	}
	return Finding{What: "app token", OK: true, Text: "opens Socket Mode"}
}

// CheckGroups looks at each group's channel and who is told. It needs the groups,
// so it is given a bridge, and the workspace that Check's token belongs to.
func CheckGroups(ctx context.Context, cfg Config, b *bridge.Bridge) []Finding {
	cfg.defaults()
	client := newHTTPClient()
	defer client.CloseIdleConnections()
	api := slack.New(cfg.BotToken, slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(client))
	auth, err := api.AuthTestContext(ctx)
	if err != nil {
		return nil // Check has said so
	}
	nobodyGone := func(string) (gone, known bool) { return false, true } // that is the running program's to know
	found := findingsOf(lookAtGroups(ctx, api, b, bridge.WorkspaceID(auth.TeamID), nobodyGone))
	for _, x := range b.Troubles(bridge.WorkspaceID(auth.TeamID)) {
		if x.Kind == postingBarred { // only a post shows it; the last one did
			found = append(found, findingOf("Slack", x))
		}
	}
	return found
}

// findingsOf says how each group stands.
func findingsOf(standings []standing) []Finding {
	var found []Finding
	for _, s := range standings {
		found = append(found, s.findings()...)
	}
	return found
}

func (s standing) findings() []Finding {
	g := s.group
	f := Finding{What: "group " + g.Name, OK: true, Text: "offered to visitors"}
	switch {
	case g.Channel == "":
		f.OK, f.Text = false, "has no channel, so it is not offered"
		f.Mend = fmt.Sprintf("Give it one: `/chatgroups create %q @usergroup #channel`", g.Name)
	case len(s.wrong) > 0:
		var all []Finding
		for _, x := range s.wrong {
			all = append(all, findingOf(f.What, x))
		}
		return all
	case !s.channel:
		f.Text = "Slack did not say how its channel stands: ask again in a minute"
	case g.WhenRead().Why == bridge.ReasonSwitchedOff:
		f.Text = "off"
	}
	return []Finding{f}
}

func findingOf(what string, x bridge.Trouble) Finding {
	f := Finding{What: what, trouble: x.Kind + "/" + x.About}
	f.Text, f.Mend = words(x)
	return f
}

// doctor shows what is wrong, first of all.
func (a *App) doctor(ctx context.Context, req request, _ []string) (reply, error) {
	found := checkTokens(ctx, a.cfg, a.http)
	found = append(found, a.checkRunning()...)
	found = append(found, findingsOf(lookAtGroups(ctx, a.api, a.bridge.Load(), a.self().Workspace, a.people.gone))...)
	found = append(found, a.standing(found)...)
	for _, s := range a.bridge.Load().Sites(a.self().Workspace) {
		f := Finding{What: "site " + string(s.ID), OK: true, Text: count(len(s.Origins), "origin") + " may use it"}
		if len(s.Origins) == 0 {
			f.OK, f.Text = false, "no page may use it but the bridge's own"
			f.Mend = "Name your page: /chatgroups site add https://shop.example."
		}
		found = append(found, f)
	}
	return reply{text: "*How the installation stands*\n" + summary(found)}, nil
}

// standing are the troubles that stand, as far as what was found does not show
// them: what a look from outside cannot tell, and what concerns threads alone.
func (a *App) standing(shown []Finding) []Finding {
	var found []Finding
	for _, x := range a.troubles.all() {
		// Tokens and scopes were asked about a moment ago.
		f := findingOf("Slack", x)
		if !everywhere(x.Kind) && !slices.ContainsFunc(shown, func(s Finding) bool { return s.trouble == f.trouble }) {
			found = append(found, f)
		}
	}
	return found
}

// summary shows findings, a line each, what is wrong first.
func summary(found []Finding) string {
	slices.SortStableFunc(found, func(x, y Finding) int {
		switch {
		case x.OK == y.OK:
			return 0
		case y.OK:
			return -1
		}
		return 1
	})
	var b strings.Builder
	for _, f := range found {
		mark := ":white_check_mark:"
		if !f.OK {
			mark = ":warning:"
		}
		fmt.Fprintf(&b, "%s *%s*: %s.", mark, escapeSentence(f.What), escapeSentence(f.Text))
		if f.Mend != "" {
			fmt.Fprintf(&b, " %s.", strings.TrimSuffix(escapeSentence(f.Mend), "."))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// checkRunning tells what only the running program knows: its sockets, and lanes
// that Slack refuses.
func (a *App) checkRunning() []Finding {
	var found []Finding
	if a.socket != nil {
		st := a.socket.Status()
		f := Finding{What: "socket mode", OK: st.Sockets > 0, Text: fmt.Sprintf("%d connected", st.Sockets), Mend: st.Trouble}
		if f.OK {
			f.Mend = ""
		}
		if st.Others > 0 {
			f.OK = false
			f.Text += fmt.Sprintf(", and %d other connections of this app", st.Others)
			f.Mend = "Another running copy takes a share of the messages: stop it."
		}
		found = append(found, f)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range a.lanes {
		if why, waiting := l.complaint(); why.err != nil {
			found = append(found, Finding{
				What: "posts in <#" + l.channel + ">",
				Text: fmt.Sprintf("waiting since %s, %s", why.since.UTC().Format("15:04 UTC"), count(waiting, "thread")),
				Mend: explain(why.code, l.channel),
			})
		}
	}
	return found
}

// Ready returns nil when the app is connected to Slack and its token is good, else
// an error that says what is missing and what to do.
func (a *App) Ready() error {
	if err := a.troubles.blocking(); err != nil {
		return err
	}
	if a.socket == nil {
		return nil
	}
	if st := a.socket.Status(); st.Sockets == 0 {
		if st.Trouble != "" {
			return fmt.Errorf("not connected to Slack: %s", st.Trouble)
		}
		return fmt.Errorf("not connected to Slack since %s", st.Since.UTC().Format(time.RFC3339))
	}
	return nil
}

// Needs returns the bot scopes and events of the app, as manifest.yml has them.
func Needs() (botScopes, events []string) {
	return slices.Sorted(maps.Keys(scopes)), slices.Clone(botEvents)
}
