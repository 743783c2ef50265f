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
}

// scopes are the bot scopes that the app uses, with what for. manifest.yml asks
// for exactly these; a test compares.
var scopes = map[string]string{
	"app_mentions:read":    "@chatgroups in threads",
	"channels:history":     "answers in public channels, and finding lost posts",
	"channels:join":        "entering a group's public channel",
	"channels:read":        "finding channels by name, and who is in them",
	"chat:write":           "posting threads, answering commands",
	"chat:write.customize": "visitor lines under the visitor's name",
	"commands":             "/chatgroups",
	"groups:history":       "answers in private channels",
	"groups:read":          "private channels the app was invited to",
	"reactions:write":      "the lock on notes",
	"usergroups:read":      "finding the user group to tell",
	"users:read":           "agents' names, and who is an admin",
}

// botEvents are the events that the app subscribes to, as manifest.yml does.
var botEvents = []string{
	"app_mention", "member_joined_channel", "member_left_channel",
	"message.channels", "message.groups", "user_change",
}

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

func checkTokens(ctx context.Context, cfg Config, client *http.Client) []Finding {
	var header http.Header
	api := slack.New(cfg.BotToken, slack.OptionAPIURL(cfg.APIURL), slack.OptionHTTPClient(client),
		slack.OptionOnResponseHeaders(func(_ string, h http.Header) { header = h.Clone() }))
	auth, err := api.AuthTestContext(ctx)
	if err != nil {
		v := classify(err, true)
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

func checkScopes(h http.Header) Finding {
	f := Finding{What: "scopes", OK: true, Text: "all there"}
	given := strings.Split(strings.ReplaceAll(h.Get("X-OAuth-Scopes"), " ", ""), ",")
	if h.Get("X-OAuth-Scopes") == "" {
		return Finding{What: "scopes", OK: true, Text: "Slack did not list them"}
	}
	var missing, spare []string
	for s := range scopes {
		if !slices.Contains(given, s) {
			missing = append(missing, s+" ("+scopes[s]+")")
		}
	}
	for _, s := range given {
		if scopes[s] == "" {
			spare = append(spare, s)
		}
	}
	slices.Sort(missing)
	slices.Sort(spare)
	if len(missing) > 0 {
		f.OK = false
		f.Text = "missing: " + strings.Join(missing, ", ")
		f.Mend = "Add them under OAuth & Permissions, or paste manifest.yml again, then reinstall the app."
	} else if len(spare) > 0 {
		f.Text = "all there; not needed: " + strings.Join(spare, ", ")
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
	return checkGroups(ctx, api, b, bridge.WorkspaceID(auth.TeamID))
}

func checkGroups(ctx context.Context, api *slack.Client, b *bridge.Bridge, w bridge.WorkspaceID) []Finding {
	handles := map[string]slack.UserGroup{}
	if groups, err := api.GetUserGroupsContext(ctx, slack.GetUserGroupsOptionIncludeDisabled(true)); err == nil {
		for _, g := range groups {
			handles[g.ID] = g
		}
	}
	channels := channelsSeen(ctx, api)
	var found []Finding
	asked := 0
	for _, g := range b.Groups(w) {
		ch, seen := channels[g.Channel]
		var err error
		if g.Channel != "" && (!seen || !ch.IsMember) && asked < maxChannelsAsked {
			asked++
			var info *slack.Channel
			if info, err = api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: g.Channel}); err == nil {
				ch = *info
			}
		}
		found = append(found, checkGroup(g, ch, err, handles))
	}
	return found
}

// maxChannelsAsked is of how many channels Slack is asked one by one: it allows 50
// such calls a minute (Tier 3), and whoever asked waits.
const maxChannelsAsked = 20

// channelsSeen returns the channels that the app can see, as far as Slack answers.
// A thousand come with one call.
func channelsSeen(ctx context.Context, api *slack.Client) map[string]slack.Channel {
	seen := map[string]slack.Channel{}
	params := &slack.GetConversationsParameters{Limit: 1000, Types: []string{"public_channel", "private_channel"}}
	for range 10 {
		page, cursor, err := api.GetConversationsContext(ctx, params)
		if err != nil {
			break
		}
		for _, ch := range page {
			seen[ch.ID] = ch
		}
		if cursor == "" {
			break
		}
		params.Cursor = cursor
	}
	return seen
}

// checkGroup says how a group stands. ch is the zero Channel where Slack did not
// tell of it, and err why.
func checkGroup(g bridge.Group, ch slack.Channel, err error, handles map[string]slack.UserGroup) Finding {
	f := Finding{What: "group " + g.Name, OK: true, Text: "offered to visitors"}
	if g.Off {
		f.Text = "off"
	}
	wrong := func(text, mend string) { f.OK, f.Text, f.Mend = false, text, mend }
	told := handles[g.UserGroup]
	switch {
	case g.Channel == "":
		wrong("has no channel, so it is not offered", fmt.Sprintf("Give it one: `/chatgroups create %q @usergroup #channel`", g.Name))
	case err != nil:
		wrong("its channel cannot be used", explain(classify(err, true).code, g.Channel))
	case ch.ID == "":
		f.Text = "Slack did not say how its channel stands: ask again in a minute"
	case ch.IsArchived:
		wrong("its channel is archived", explain("is_archived", g.Channel))
	case !ch.IsMember:
		wrong("the app is not in its channel", explain("not_in_channel", g.Channel))
	case g.UserGroup == "" && len(g.Members) == 0:
		wrong("nobody is told of its chats", "Create it again with a user group")
	case g.UserGroup != "" && told.ID == "" && len(handles) > 0:
		wrong("its user group is gone", "Create the group again with a user group that exists")
	case told.DateDelete != 0:
		wrong("its user group @"+told.Handle+" is disabled, so nobody is told", "Enable it in Slack: Directory, User groups")
	}
	return f
}

// doctor shows what is wrong, first of all.
func (a *App) doctor(ctx context.Context, req request, _ []string) (reply, error) {
	found := checkTokens(ctx, a.cfg, a.http)
	found = append(found, a.checkRunning()...)
	found = append(found, checkGroups(ctx, a.api, a.bridge.Load(), a.self().Workspace)...)
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

// Ready returns nil when the app is connected to Slack, else an error that says
// what is missing.
func (a *App) Ready() error {
	switch {
	case a.identity.Load() == nil:
		return errNotReady
	case a.socket != nil:
		if st := a.socket.Status(); st.Sockets == 0 {
			if st.Trouble != "" {
				return fmt.Errorf("not connected to Slack: %s", st.Trouble)
			}
			return fmt.Errorf("not connected to Slack since %s", st.Since.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

// Needs returns the bot scopes and events of the app, as manifest.yml has them.
func Needs() (botScopes, events []string) {
	return slices.Sorted(maps.Keys(scopes)), slices.Clone(botEvents)
}
