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
	"github.com/chatgroups/chatgroups/slackapp/locale"
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
var scopes = map[string]locale.Key{
	"app_mentions:read":    "@chatgroups in threads",
	"channels:history":     "answers in public channels, and finding lost posts",
	"channels:manage":      "creating a group's channel, and bringing its people in",
	"channels:join":        "entering a group's public channel",
	"channels:read":        "finding channels by name, and who is in them",
	"chat:write":           "posting threads, answering commands",
	"chat:write.customize": "visitor lines under the visitor's name",
	"commands":             "/chatgroups",
	"dnd:read":             "who pauses notifications, for groups that need somebody there",
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
	return checkTokens(ctx, locale.English, cfg, client)
}

// askToken asks Slack whose the bot token is, and returns the headers of the
// answer.
func askToken(ctx context.Context, cfg Config, client *http.Client) (auth *slack.AuthTestResponse, header http.Header, err error) {
	api := slack.New(cfg.BotToken, slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(client),
		slack.OptionOnResponseHeaders(func(_ string, h http.Header) { header = h.Clone() }))
	auth, err = api.AuthTestContext(ctx)
	return auth, header, err
}

func checkTokens(ctx context.Context, in locale.Locale, cfg Config, client *http.Client) []Finding {
	auth, header, err := askToken(ctx, cfg, client)
	if err != nil {
		v := classify(err, true)
		if x, ok := troubleFor(v.code, ""); ok {
			if x.Kind == tokenRefused {
				return []Finding{findingOf(in, in.Say("bot token"), x)}
			}
			return []Finding{findingOf(in, "Slack", x)}
		}
		f := Finding{What: in.Say("bot token"), Text: in.Say("Slack could not be asked"), Mend: in.Say("Check the network, and SLACK_API_URL where it is set.")}
		if v.code != "" {
			f.Text, f.Mend = in.Say("Slack refuses it (%s)", v.code), explain(in, v.code, "")
		}
		return []Finding{f}
	}
	found := []Finding{{What: in.Say("bot token"), OK: true, Text: in.Say("valid for workspace %s", auth.Team)}}
	found = append(found, checkScopes(in, header), checkClock(in, header, cfg.Clock.Now()))
	switch {
	case cfg.AppToken != "":
		found = append(found, checkAppToken(ctx, in, cfg, client))
	case cfg.SigningSecret == "":
		found = append(found, Finding{What: in.Say("events"), Text: in.Say("Slack has no way to reach the program"),
			Mend: in.Say("Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for signed HTTP.")})
	}
	return found
}

// missingScopes are the scopes that the app needs and was not given, with what
// for; listed is false where Slack did not list them.
func missingScopes(in locale.Locale, h http.Header) (missing []string, listed bool) {
	given, listed := givenScopes(h)
	for s := range scopes {
		if listed && !slices.Contains(given, s) {
			missing = append(missing, scopeWithUse(in, s))
		}
	}
	slices.Sort(missing)
	return missing, listed
}

// scopeWithUse says what a scope is for.
func scopeWithUse(in locale.Locale, scope string) string {
	if scopes[scope] == "" {
		return scope
	}
	return in.Say("%s (%s)", scope, scopes[scope])
}

// givenScopes reads the header by which Slack tells the scopes of a token.
func givenScopes(h http.Header) (given []string, listed bool) {
	list := strings.ReplaceAll(h.Get("X-OAuth-Scopes"), " ", "")
	return strings.Split(list, ","), list != ""
}

func checkScopes(in locale.Locale, h http.Header) Finding {
	missing, listed := missingScopes(in, h)
	if !listed {
		return Finding{What: in.Say("scopes"), OK: true, Text: in.Say("Slack did not list them")}
	}
	if len(missing) > 0 {
		return findingOf(in, in.Say("scopes"), bridge.Trouble{Kind: scopeMissing, Detail: strings.Join(missing, ", ")})
	}
	given, _ := givenScopes(h)
	given = slices.DeleteFunc(given, func(s string) bool { return scopes[s] != "" })
	slices.Sort(given)
	f := Finding{What: in.Say("scopes"), OK: true, Text: in.Say("all there")}
	if len(given) > 0 {
		f.Text = in.Say("all there; not needed: %s", strings.Join(given, ", "))
	}
	return f
}

func checkClock(in locale.Locale, h http.Header, now time.Time) Finding {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return Finding{What: in.Say("clock"), OK: true, Text: in.Say("Slack did not tell the time")}
	}
	if d := now.Sub(date).Round(time.Second); d.Abs() > maxClockSkew {
		return Finding{What: in.Say("clock"), Text: in.Say("off by %s from Slack's", in.Duration(d)),
			Mend: in.Say("Set this machine's clock, best by NTP: past five minutes Slack's signatures are refused.")}
	}
	return Finding{What: in.Say("clock"), OK: true, Text: in.Say("agrees with Slack's")}
}

func checkAppToken(ctx context.Context, in locale.Locale, cfg Config, client *http.Client) Finding {
	api := slack.New("", slack.OptionAppLevelToken(cfg.AppToken), slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(client))
	if _, _, err := api.StartSocketModeContext(ctx); err != nil {
		v := classify(err, true)
		return Finding{What: in.Say("app token"), Text: in.Say("Socket Mode cannot be opened (%s)", v.code),
			Mend: in.Say("SLACK_APP_TOKEN must be an app-level token, xapp-…, with connections:write; Socket Mode must be on in the app's settings.")}
	}
	return Finding{What: in.Say("app token"), OK: true, Text: in.Say("opens Socket Mode")}
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
	in, w := locale.English, bridge.WorkspaceID(auth.TeamID)
	standings := lookAtGroups(ctx, api, b, w, nobodyGone)
	found := findingsOf(in, standings)
	found = append(found, checkAudience(ctx, in, api, standings, func(string) string { return "" })...)
	editor := api
	if cfg.AdminToken != "" {
		editor = slack.New(cfg.AdminToken, slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(client))
	}
	found = append(found, checkUserGroupWrites(ctx, in, editor, b.Groups(w))...)
	found = append(found, checkPublic(in, cfg.PublicURL, b.Sites(w))...)
	for _, x := range b.Troubles(bridge.WorkspaceID(auth.TeamID)) {
		if x.Kind == postingBarred { // only a post shows it; the last one did
			found = append(found, findingOf(locale.English, "Slack", x))
		}
	}
	return found
}

// findingsOf says how each group stands.
func findingsOf(in locale.Locale, standings []standing) []Finding {
	var found []Finding
	for _, s := range standings {
		found = append(found, s.findings(in)...)
	}
	return found
}

func (s standing) findings(in locale.Locale) []Finding {
	g := s.group
	f := Finding{What: in.Say("group %s", g.Name), OK: true, Text: in.Say("offered to visitors")}
	switch {
	case g.Channel == "":
		f.OK, f.Text = false, in.Say("has no channel, so it is not offered")
		f.Mend = in.Say("Give it one: `/chatgroups edit %s`", g.Slug())
	case len(s.wrong) > 0:
		var all []Finding
		for _, x := range s.wrong {
			all = append(all, findingOf(in, f.What, x))
		}
		return all
	case !s.channel:
		f.Text = in.Say("Slack did not say how its channel stands: ask again in a minute")
	case g.WhenRead().Why == bridge.ReasonSwitchedOff:
		f.Text = in.Say("switched off")
	}
	return []Finding{f}
}

func findingOf(in locale.Locale, what string, x bridge.Trouble) Finding {
	f := Finding{What: what, trouble: x.Kind + "/" + x.About}
	f.Text, f.Mend = words(in, x)
	return f
}

// doctor shows what is wrong, first of all.
func (a *App) doctor(ctx context.Context, req request, _ []string) (reply, error) {
	in, b, w := req.in, a.bridge.Load(), a.self().Workspace
	found := checkTokens(ctx, in, a.cfg, a.http)
	found = append(found, a.checkRunning(in)...)
	standings := lookAtGroups(ctx, a.api, b, w, a.people.gone)
	found = append(found, findingsOf(in, standings)...)
	found = append(found, checkAudience(ctx, in, a.api, standings, a.people.called)...)
	found = append(found, checkUserGroupWrites(ctx, in, a.userGroupWriter(), b.Groups(w))...)
	found = append(found, a.standing(in, found)...)
	found = append(found, checkPublic(in, a.cfg.PublicURL, b.Sites(w))...)
	return reply{text: in.Say("*How the installation stands*") + "\n" + summary(found)}, nil
}

// standing are the troubles that stand, as far as what was found does not show
// them: what a look from outside cannot tell, and what concerns threads alone.
func (a *App) standing(in locale.Locale, shown []Finding) []Finding {
	var found []Finding
	for _, x := range a.troubles.all() {
		// Tokens and scopes were asked about a moment ago.
		f := findingOf(in, "Slack", x)
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
func (a *App) checkRunning(in locale.Locale) []Finding {
	var found []Finding
	if a.socket != nil {
		st := a.socket.Status()
		f := Finding{What: "Socket Mode", OK: st.Sockets > 0, Text: in.Count(st.Sockets, "%d connection", "%d connections"), Mend: st.Trouble}
		if f.OK {
			f.Mend = ""
		}
		if st.Others > 0 {
			f.OK = false
			f.Text = in.Count(st.Others, "besides ours, %d connection of this app is open", "besides ours, %d connections of this app are open")
			f.Mend = in.Say("Another running copy takes a share of the messages: stop it.")
		}
		found = append(found, f)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range a.lanes {
		if why, waiting := l.complaint(); why.err != nil {
			found = append(found, Finding{
				What: in.Say("posts in %s", "<#"+l.channel+">"),
				Text: in.Count(waiting, "%d thread waits since %s", "%d threads wait since %s", why.since.UTC().Format("15:04 UTC")),
				Mend: explain(in, why.code, l.channel),
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
