package slackapp

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// A trial is a visitor who does not exist, at some moment: what they would see, and who
// would be told, is found out by what decides it for real. Nothing is posted.
type trial struct {
	group    bridge.Group
	site     bridge.Site
	at       time.Time
	live     bool           // at is this moment, so that it is known who is there
	zone     *time.Location // the visitor's
	language string         // the visitor's, "" for one that the widget does not speak
	preset   bool           // the page chooses the group
}

// try tells of a trial in one line, or opens the form for it.
func (a *App) try(ctx context.Context, req request, words []string) (reply, error) {
	if len(words) == 0 {
		return a.tryView(req)
	}
	now := a.cfg.Clock.Now().In(req.who.zone())
	at, rest, err := momentThen(words, now)
	if err != nil {
		return reply{}, err
	}
	g, more, err := a.groupThen(rest)
	switch {
	case err != nil:
		return reply{}, err
	case len(more) > 0:
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "%q stands after the group: write it like `/chatgroups try \"Sunday 03:00\" sales`", strings.Join(more, " "))
	}
	sites := a.bridge.Load().Sites(a.self().Workspace)
	if len(sites) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeNotFound, "there is no site yet: `/chatgroups site` makes one")
	}
	t := trial{group: g, site: sites[0], at: at, live: at.Equal(now), zone: req.who.zone()}
	return reply{text: a.report(ctx, req, t)}, nil
}

// momentThen reads the moment that words begin with, by as many of them as make one,
// and returns the words after it, one at least.
func momentThen(words []string, now time.Time) (at time.Time, rest []string, err error) {
	if len(words) < 2 {
		return at, nil, bridge.Errorf(bridge.CodeInvalid, "say when, and which group the visitor picks, like `/chatgroups try \"Sunday 03:00\" sales`, or now")
	}
	for n := len(words) - 1; n > 0; n-- {
		if at, err = parseMoment(strings.Join(words[:n], " "), now); err == nil {
			return at, words[n:], nil
		}
	}
	return at, nil, err // about the first word
}

// openness is how a group stands in the trial. Who is there at another moment than this
// nobody knows.
func (t trial) openness(g bridge.Group) bridge.Openness {
	if t.live {
		return g.Openness(t.at, g.Present)
	}
	return g.Openness(t.at, bridge.Presence{})
}

// clock shows a moment as the visitor's clock does.
func (t trial) clock(at time.Time) string { return at.In(t.zone).Format("2006-01-02 15:04 MST") }

// report says in mrkdwn what comes of a trial.
func (a *App) report(ctx context.Context, req request, t trial) string {
	in := req.in
	lines := []string{in.Say("*%s*, a visitor of the site %s picks *%s*:", t.clock(t.at), siteName(t.site), mrkdwn.Escape(t.group.Name)), ""}
	lines = append(lines, in.Say("*What the visitor sees*"))
	lines = append(lines, a.seen(in, t)...)
	lines = append(lines, "", in.Say("*Who is told*"))
	lines = append(lines, a.toldIn(ctx, in, t)...)
	return strings.Join(lines, "\n") + "\n\n" + in.Say("Nothing was posted.")
}

// siteName is what admins call a site, as mrkdwn.
func siteName(s bridge.Site) string {
	if s.Name != "" {
		return mrkdwn.Escape(s.Name)
	}
	return "`" + string(s.ID) + "`"
}

// seen is what the visitor sees, a line each.
func (a *App) seen(in locale.Locale, t trial) (lines []string) {
	b := a.bridge.Load()
	p := b.Preview(t.site, t.language)
	is := func(g bridge.Group) bool { return g.ID == t.group.ID }
	shown := slices.ContainsFunc(p.Groups, func(pg bridge.PreviewGroup) bool { return is(pg.Group) })
	switch {
	case !t.group.Offered():
		return []string{in.Say("The group has no channel, so no visitor can reach it.")}
	case !shown && !slices.ContainsFunc(b.HiddenOn(t.site), is):
		return []string{in.Say("The site does not offer this group, so its visitors cannot reach it.")}
	case !shown && !t.preset:
		return []string{in.Say("The group is hidden: only a page that presets it reaches it, and colleagues who invite it.")}
	}
	if p.Consent != "" {
		lines = append(lines, in.Say("First they are asked to agree: “%s”", mrkdwn.Escape(p.Consent)))
	}
	lines = append(lines, a.asked(in, t, p)...)
	o := t.openness(t.group)
	lines = append(lines, in.Say("*%s*: %s", mrkdwn.Escape(t.group.Name), opennessOf(in, t.group, o, t.clock)))
	switch {
	case o.Open && !t.live && t.group.LeastPresent > 0:
		lines = append(lines, in.Say("That is so only if enough of its people are there, which nobody knows of that moment."))
	case o.Open:
		lines = append(lines, in.Say("They write, and somebody can answer at once."))
	case o.Back.IsZero():
		lines = append(lines, in.Say("They read that it is away, and can leave a message or take a group that is open."))
	default:
		lines = append(lines, in.Say("They read that it is away until %s, and can leave a message or take a group that is open.", t.clock(o.Back)))
	}
	return lines
}

// asked is the choice that the visitor has, if any.
func (a *App) asked(in locale.Locale, t trial, p bridge.Preview) []string {
	switch {
	case t.preset:
		return []string{in.Say("The page has chosen the group, so they are not asked.")}
	case !p.Asks:
		return []string{in.Say("There is one group alone, so they are not asked.")}
	}
	lines := []string{in.Say("They are asked: “%s”", mrkdwn.Escape(p.Question))}
	open := func(pg bridge.PreviewGroup) bool { return t.openness(pg.Group).Open }
	slices.SortStableFunc(p.Groups, func(x, y bridge.PreviewGroup) int {
		switch {
		case open(x) == open(y):
			return 0
		case open(x):
			return -1
		}
		return 1
	})
	for _, pg := range p.Groups[:min(len(p.Groups), maxTried)] {
		o := t.openness(pg.Group)
		name := mrkdwn.Escape(pg.Name)
		switch {
		case o.Open:
			lines = append(lines, in.Say("• %s", name))
		case o.Back.IsZero():
			lines = append(lines, in.Say("• %s (away)", name))
		default:
			lines = append(lines, in.Say("• %s (away until %s)", name, t.clock(o.Back)))
		}
	}
	if more := len(p.Groups) - maxTried; more > 0 {
		lines = append(lines, in.Count(more, "and %d more", "and %d more"))
	}
	return lines
}

const (
	// maxTried is how many groups and people a report names.
	maxTried = 15
	// maxLooked is how many people are looked for: each takes a call, at Slack's pace.
	maxLooked = 6
)

// toldIn is who would be told, and where, a line each.
func (a *App) toldIn(ctx context.Context, in locale.Locale, t trial) []string {
	g := t.group
	if !g.Offered() {
		return []string{in.Say("Nobody.")}
	}
	lines := []string{in.Say("The thread would stand in <#%s>.", g.Channel)}
	if g.Shut {
		lines = append(lines, in.Say("Slack does not let the app into that channel just now: `/chatgroups doctor` says what to do."))
	}
	people, err := a.peopleOf(ctx, g)
	if err != nil {
		return append(lines, in.Say("Slack does not say just now who is in the user group."))
	}
	people = slices.DeleteFunc(people, func(id string) bool { gone, _ := a.people.gone(id); return gone })
	if len(people) == 0 {
		return append(lines, in.Say("*Nobody* is told: the group has no people. `/chatgroups members %s` adds some.", g.Slug()))
	}
	if g.UserGroup != "" {
		lines = append(lines, in.Count(len(people), "Its root names %[2]s: %[1]d person.", "Its root names %[2]s: %[1]d people.", mention(g)))
	} else {
		lines = append(lines, in.Count(len(people), "Its root names %d person, one by one.", "Its root names %d people, one by one."))
	}
	for i, id := range people[:min(len(people), maxTried)] {
		lines = append(lines, a.personLine(ctx, in, id, t.live && i < maxLooked))
	}
	if more := len(people) - maxTried; more > 0 {
		lines = append(lines, in.Count(more, "and %d more", "and %d more"))
	}
	return lines
}

// personLine names somebody who would be told, and where it matters whether they are there.
func (a *App) personLine(ctx context.Context, in locale.Locale, id string, look bool) string {
	who := "<@" + id + ">" // seen by one person alone, so it notifies nobody
	if !look {
		return in.Say("• %s", who)
	}
	there, err := a.presences.there(ctx, id)
	switch {
	case err != nil:
		return in.Say("• %s", who)
	case there:
		return in.Say("• %s is there", who)
	}
	return in.Say("• %s is away, or not to be disturbed", who)
}
