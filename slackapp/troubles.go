package slackapp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// troubles is the one place that knows what is wrong at Slack until somebody mends
// it there. It learns of it from events, from refused posts, and by looking (see
// survey), since Slack may withhold an event; the bridge keeps it. A trouble has
// these effects, and its end undoes them:
//
//   - groups that cannot be reached are not open to visitors (bridge.Group.Shut);
//   - doctor, /readyz, a metric and the log show it, with what mends it;
//   - those who can mend it are told, once, also over restarts;
//   - posts wait, and are tried again now and then and at once when it is over.
type troubles struct {
	app  *App
	wake chan struct{} // holds one: look soon

	mu      sync.Mutex           // guards the following
	hushed  time.Time            // until when Slack wants no notices
	told    map[string]time.Time // when people were last told of a trouble
	refused bridge.Trouble       // why Slack does not say who the app is; Kind "" when it did
}

const (
	// surveyEvery is how often all is looked at while nothing seems wrong.
	surveyEvery = 10 * time.Minute
	// surveySoon lets what belongs together (a removal and an archiving, say) come
	// in before it is looked at.
	surveySoon = 5 * time.Second
	// surveyAgain is the first wait where something is wrong; it doubles up to
	// surveyEvery.
	surveyAgain = 30 * time.Second
	// tellAfter is how long a trouble must stand before people are bothered.
	tellAfter = 30 * time.Second
	// tellAgain is how long a trouble that comes back is not told anew.
	tellAgain = 15 * time.Minute
	// maxTold is how many people are told.
	maxTold = 10
)

func newTroubles(a *App) *troubles {
	return &troubles{app: a, wake: make(chan struct{}, 1), told: map[string]time.Time{}}
}

func (t *troubles) all() []bridge.Trouble {
	b := t.app.bridge.Load()
	if b == nil {
		return nil
	}
	return b.Troubles(t.app.self().Workspace)
}

// stands reports whether there is trouble of a kind about something.
func (t *troubles) stands(kind, about string) bool {
	return slices.ContainsFunc(t.all(), func(x bridge.Trouble) bool { return x.Kind == kind && x.About == about })
}

// raise notes a trouble. An error means that it is not on disk.
func (t *troubles) raise(ctx context.Context, x bridge.Trouble) error {
	if x.Workspace == "" {
		x.Workspace = t.app.self().Workspace
	}
	if x.Kind == channelGone && t.stands(outsideChannel, x.About) {
		return nil // of a private channel that it was removed from, the app sees nothing
	}
	for _, stands := range t.all() {
		if stands.Kind == x.Kind && (x.Kind == tokenRefused || x.Kind == accessDenied) {
			// Methods name one cause differently. To note each anew would have the
			// lanes try again each time, and so drive each other on.
			return nil
		}
	}
	x.Detail = cutText(x.Detail, maxTroubleDetail)
	news, err := t.app.bridge.Load().RaiseTrouble(context.WithoutCancel(ctx), x)
	if err != nil {
		t.app.log.Error().Err(err).Str("trouble", x.Kind).Msg("note a trouble")
		return err
	}
	if news {
		what, mend := words(locale.English, x)
		t.app.log.Error().Str("trouble", x.Kind).Str("about", x.About).Str("mend", mend).Msg(what)
		t.count()
		t.look()
	}
	return nil
}

// end notes that a trouble is over. What waited goes on: the directory changed, so
// the lanes try again.
func (t *troubles) end(ctx context.Context, kind, about string) error {
	x := bridge.Trouble{Workspace: t.app.self().Workspace, Kind: kind, About: about}
	for _, stands := range t.all() {
		if stands.Kind == kind && stands.About == about {
			x = stands
		}
	}
	stood, err := t.app.bridge.Load().EndTrouble(context.WithoutCancel(ctx), x)
	if err != nil {
		t.app.log.Error().Err(err).Str("trouble", kind).Msg("note the end of a trouble")
		return err
	}
	if stood {
		t.app.log.Info().Str("trouble", kind).Str("about", about).Msg("a trouble at Slack is over")
		t.count()
		if x.Told {
			t.app.later(func(ctx context.Context) { t.tellOver(ctx, x) })
		}
		// What was said meanwhile may not have been told by events.
		t.app.catchup.missed()
	}
	return nil
}

// count sets the metric to what stands.
func (t *troubles) count() {
	n := map[string]int{}
	for _, x := range t.all() {
		n[x.Kind]++
	}
	for _, kind := range troubleKinds {
		t.app.metrics.troubles.WithLabelValues(kind).Set(float64(n[kind]))
	}
}

// look has everything looked at soon.
func (t *troubles) look() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// refusedPost takes note of a refusal that is about all that is posted in a channel.
func (t *troubles) refusedPost(channel string, v verdict) {
	x, ok := troubleFor(v.code, channel)
	if !ok {
		return
	}
	if x.Kind == scopeMissing {
		x.Detail = scopeWithUse(locale.English, neededScope(v.err))
		for _, stands := range t.all() {
			if stands.Kind == scopeMissing && strings.Contains(stands.Detail, x.Detail) {
				x.Detail = stands.Detail // which may list more of them
			}
		}
	}
	_ = t.raise(context.Background(), x) // logged; the next refusal says it again
}

// posted takes note that a post was made in a channel: it works, and so does all
// that every post needs.
func (t *troubles) posted(channel string) {
	for _, x := range t.all() {
		switch {
		case x.About == channel && aboutChannel(x.Kind), x.Kind == tokenRefused, x.Kind == accessDenied:
			_ = t.end(context.Background(), x.Kind, x.About) // logged; the next post says it again
		case x.Kind == scopeMissing && x.Shut:
			t.look() // the scopes are listed there
		}
	}
}

// unknownApp notes that Slack refuses to say who the app is. Which workspace that
// is about is known only from an earlier run.
func (t *troubles) unknownApp(ctx context.Context, v verdict) {
	x, ok := troubleFor(v.code, "")
	if !ok || !everywhere(x.Kind) {
		return
	}
	t.mu.Lock()
	t.refused = x
	t.mu.Unlock()
	if s, err := t.app.bridge.Load().Site(t.app.cfg.Site); err == nil && s.Workspace != "" {
		x.Workspace = s.Workspace
		_ = t.raise(ctx, x)
	}
}

// blocking is the error that keeps the whole app from working, or nil. A channel's
// trouble is no such thing: another start or another node would not mend it, and
// the other groups work.
func (t *troubles) blocking() error {
	t.mu.Lock()
	refused := t.refused
	t.mu.Unlock()
	if t.app.identity.Load() == nil {
		if refused.Kind == "" {
			return errNotReady
		}
		return errors.New(sentences(locale.English, refused))
	}
	for _, x := range t.all() {
		if x.Kind == tokenRefused || x.Kind == accessDenied {
			return errors.New(sentences(locale.English, x))
		}
	}
	return nil
}

// run looks at everything now and then, and soon after something happened, and
// tells people, until ctx is done.
func (t *troubles) run(ctx context.Context) {
	// Known from an earlier run: that it is over is not assumed but seen.
	t.count()
	again := surveyAgain
	for ctx.Err() == nil {
		t.survey(ctx)
		t.tellAll(ctx)
		wait := surveyEvery
		if len(t.all()) > 0 {
			wait = again
			again = min(2*again, surveyEvery)
		}
		due, stop := t.app.cfg.Clock.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-due:
		case <-t.wake:
			again = surveyAgain
			t.app.people.sleep(ctx, surveySoon)
		}
		stop()
	}
}

// tellAll tells people of what they have not been told.
func (t *troubles) tellAll(ctx context.Context) {
	now := t.app.cfg.Clock.Now()
	for _, x := range t.all() {
		if x.Told || now.Sub(x.Since) < tellAfter || x.Kind == tokenRefused || x.Kind == accessDenied || t.isHushed(now) || ctx.Err() != nil {
			continue // with a dead token nobody can be told in Slack: the log and /readyz say it
		}
		key := x.Kind + "/" + x.About
		t.mu.Lock()
		last, before := t.told[key]
		t.mu.Unlock()
		if !before || now.Sub(last) >= tellAgain {
			if !t.tell(ctx, x) {
				continue // tried again with the next look
			}
			t.mu.Lock()
			t.told[key] = now
			t.mu.Unlock()
		}
		// Noted after it was told: a crash between the two tells twice, which is
		// better than never.
		if err := t.app.bridge.Load().TroubleTold(context.WithoutCancel(ctx), x); err != nil {
			t.app.log.Error().Err(err).Str("trouble", x.Kind).Msg("note that people were told of a trouble")
		}
	}
}

// tell tells of a trouble by direct message; where that reaches nobody, in the
// channel of a group that can be reached. It reports whether somebody was told.
func (t *troubles) tell(ctx context.Context, x bridge.Trouble) bool {
	a := t.app
	reached, goOn := t.directly(ctx, t.recipients(x), func(in locale.Locale) string { return t.notice(in, x) })
	if reached || !goOn {
		return reached
	}
	text := t.notice(a.channelLocale(), x)
	for _, g := range a.bridge.Load().Groups(a.self().Workspace) {
		if g.Channel == "" || g.Shut {
			continue
		}
		_, v := a.post(ctx, g.Channel, "", plainLinks([]slack.MsgOption{slack.MsgOptionText(text, false)}))
		if v.outcome == done {
			return true
		}
		if t.limited(v) {
			return false
		}
	}
	return false
}

// tellOver tells those who were told of a trouble that it is over.
func (t *troubles) tellOver(ctx context.Context, x bridge.Trouble) {
	t.directly(ctx, t.recipients(x), func(in locale.Locale) string {
		what, _ := words(in, x)
		said := in.Say("This is over: %s.", escapeSentence(what))
		if x.Shut {
			said = in.Say("This is over: %s. What visitors wrote meanwhile is delivered by itself.", escapeSentence(what))
		}
		return ":white_check_mark: " + said
	})
}

// directly sends each person a message in their language. It reports whether it reached
// somebody, and whether Slack still takes calls.
func (t *troubles) directly(ctx context.Context, people []string, say func(locale.Locale) string) (reached, goOn bool) {
	a := t.app
	for _, id := range people {
		method := "conversations.open"
		dm, _, _, err := a.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{id}})
		if err == nil && dm != nil {
			method = "chat.postMessage"
			_, _, err = a.api.PostMessageContext(ctx, dm.ID, slack.MsgOptionText(say(a.people.locale(id)), false),
				slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())
		}
		if err != nil {
			v := classify(err, true)
			a.metrics.call(method, v)
			a.log.Warn().Str("code", v.code).Msg("tell a person of a trouble")
			if t.limited(v) {
				return reached, false // the next look goes on, once the pause is over
			}
			continue
		}
		reached = true
	}
	return reached, true
}

func (t *troubles) isHushed(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return now.Before(t.hushed)
}

// limited reports whether Slack asked for a pause, and keeps it.
func (t *troubles) limited(v verdict) bool {
	if v.code != "ratelimited" {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.hushed = t.app.cfg.Clock.Now().Add(max(v.retryAfter, time.Second))
	return true
}

// recipients are the people who can mend a trouble: the managers of the groups,
// and where there are none, or the app itself must be mended, the admins.
func (t *troubles) recipients(x bridge.Trouble) []string {
	a := t.app
	var ids []string
	if w, err := a.bridge.Load().Workspace(a.self().Workspace); err == nil && x.Kind != scopeMissing {
		for _, m := range w.Managers {
			if gone, _ := a.people.gone(string(m)); !gone {
				ids = append(ids, string(m))
			}
		}
	}
	if len(ids) == 0 {
		ids = a.people.admins()
	}
	return ids[:min(len(ids), maxTold)]
}

// notice is what people are told: what is wrong, what mends it, and what becomes
// of the chats meanwhile.
func (t *troubles) notice(in locale.Locale, x bridge.Trouble) string {
	var names []string
	for _, g := range groupsOf(x, t.app.bridge.Load().Groups(t.app.self().Workspace)) {
		names = append(names, g.Name)
	}
	what, mend := words(in, x)
	said := []string{fmt.Sprintf(":warning: %s. %s.", escapeSentence(upperFirst(what)), escapeSentence(mend))}
	if len(names) > 0 && !everywhere(x.Kind) {
		said = append(said, in.Say("It is about *%s*.", mrkdwn.Escape(strings.Join(names, ", "))))
	}
	if x.Shut {
		said = append(said, in.Say("Visitors see that nobody can be reached there; what they write is kept and is delivered by itself once this is mended."))
	}
	said = append(said, in.Say("`/chatgroups doctor` shows how things stand."))
	return strings.Join(said, " ")
}

// Troubles returns what is wrong at Slack without keeping the app from working, a
// line each with its mend; nil where all is well.
func (a *App) Troubles() []string {
	var lines []string
	for _, x := range a.troubles.all() {
		lines = append(lines, sentences(locale.English, x))
	}
	return lines
}
