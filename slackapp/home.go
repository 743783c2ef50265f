package slackapp

import (
	"cmp"
	"context"
	"encoding/json"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// homes keeps the Home tab of those who have opened it lately as things stand: it is
// published when it is opened, and anew when something that it shows has changed
// (docs.slack.dev/surfaces/app-home).
type homes struct {
	app  *App
	seed maphash.Seed
	wake chan struct{} // holds one: something may have changed

	mu      sync.Mutex // guards the following
	viewers map[string]*viewer
}

// A viewer is somebody who has opened the Home tab.
type viewer struct {
	opened time.Time
	shown  uint64 // the hash of what was published last, 0 for nothing
}

const (
	// homeFor is for how long after it was opened a Home tab is kept as things stand;
	// opened again, it is published again.
	homeFor = 8 * time.Hour
	// maxViewers bounds the memory and the calls; who has not looked for longest goes.
	maxViewers = 300
	// homePause gathers the changes of a busy moment into one publishing.
	homePause = 2 * time.Second
	// homeEvery is how often it is looked whether something changed that nobody told of,
	// such as that a visitor was answered.
	homeEvery = 30 * time.Second
	// homePace is the time between two calls when several tabs are published: Slack
	// allows a hundred views.publish a minute (Tier 4).
	homePace = 700 * time.Millisecond
	// homeAge is how old what is known of a person may be for what the tab shows. What it
	// lets a person do is decided anew when they press.
	homeAge = 10 * time.Minute
)

func newHomes(a *App) *homes {
	return &homes{app: a, seed: maphash.MakeSeed(), wake: make(chan struct{}, 1), viewers: map[string]*viewer{}}
}

// opened takes an app_home_opened event. It does not block.
func (h *homes) opened(event json.RawMessage) {
	var e struct {
		User string `json:"user"`
		Tab  string `json:"tab"`
	}
	if json.Unmarshal(event, &e) != nil || e.User == "" || e.Tab != "home" {
		return
	}
	h.mu.Lock()
	v := h.viewers[e.User]
	if v == nil {
		v = &viewer{}
		h.viewers[e.User] = v
	}
	v.opened = h.app.cfg.Clock.Now()
	v.shown = 0
	if len(h.viewers) > maxViewers {
		h.forgetOldest()
	}
	h.mu.Unlock()
	h.app.later(func(ctx context.Context) { h.publish(ctx, e.User) })
}

// forgetOldest drops who has not looked for longest. The caller holds h.mu.
func (h *homes) forgetOldest() {
	oldest := ""
	for id, v := range h.viewers {
		if oldest == "" || v.opened.Before(h.viewers[oldest].opened) {
			oldest = id
		}
	}
	delete(h.viewers, oldest)
}

// changed tells that what the tabs show may have changed. It does not block.
func (h *homes) changed() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// run publishes the tabs of all viewers that are no longer as they should be, until ctx
// is done.
func (h *homes) run(ctx context.Context) {
	for {
		tick, stop := h.app.cfg.Clock.NewTimer(homeEvery)
		select {
		case <-ctx.Done():
			stop()
			return
		case <-tick:
		case <-h.wake:
			stop()
			if !h.app.people.sleep(ctx, homePause) {
				return
			}
		}
		for _, id := range h.current() {
			if called := h.publish(ctx, id); called && !h.app.people.sleep(ctx, homePace) {
				return
			}
		}
	}
}

// current forgets those who have not looked for long and returns the others.
func (h *homes) current() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var ids []string
	for id, v := range h.viewers {
		if h.app.cfg.Clock.Now().Sub(v.opened) > homeFor {
			delete(h.viewers, id)
			continue
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// publish shows somebody's tab as things stand now, unless that is what they see, and
// reports whether Slack was called.
func (h *homes) publish(ctx context.Context, user string) (called bool) {
	view := h.view(ctx, user)
	data, err := json.Marshal(view)
	if err != nil {
		h.app.log.Error().Err(err).Msg("encode a Home tab")
		return false
	}
	sum := cmp.Or(maphash.Bytes(h.seed, data), 1)
	h.mu.Lock()
	v := h.viewers[user]
	same := v == nil || v.shown == sum
	h.mu.Unlock()
	if same {
		return false
	}
	_, err = h.app.api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: user, View: view})
	if err != nil {
		failure := h.app.viewFailed("views.publish", err)
		if failure.retryAfter > 0 {
			h.app.people.sleep(ctx, failure.retryAfter)
		}
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if v := h.viewers[user]; v != nil {
		v.shown = sum
	}
	return true
}

// pressed takes what was pressed in a tab: words that do the same as typed ones. What
// there is to say is said in a modal, since a tab has no place for it.
func (h *homes) pressed(ctx context.Context, p interactionPayload) {
	action, _, _ := strings.Cut(p.Actions[0].ActionID, ":")
	if action != actionTyped {
		h.app.metrics.ignored.WithLabelValues("action").Inc()
		return
	}
	req := p.request()
	req.text = p.Actions[0].chosen()
	r := h.app.obey(ctx, req)
	if r.text != "" {
		in := h.app.people.locale(req.user)
		h.app.open(ctx, req, reply{view: saidView(in, r)})
	}
	h.changed()
}

// view makes somebody's tab.
func (h *homes) view(ctx context.Context, user string) slack.HomeTabViewRequest {
	a := h.app
	home := homeView{in: locale.English}
	who, err := a.people.person(ctx, user, homeAge, a.self().Workspace)
	if err != nil {
		return home.sayOnly("Slack does not tell who you are just now. Open this tab again in a moment.")
	}
	home.in = who.locale
	role := a.roleOf(who)
	if role == outsider {
		return home.sayOnly("Chatgroups is for the members of this workspace; guests and people from outside see nothing here.")
	}
	b, w := a.bridge.Load(), a.self().Workspace
	home.role, home.user = role, bridge.AgentID(user)
	for _, g := range b.Groups(w) {
		var people []string
		if !home.silent {
			people, err = a.peopleOf(ctx, g)
			home.silent = err != nil
		}
		home.groups = append(home.groups, homeGroup{Group: g, mine: slices.Contains(people, user)})
	}
	if home.open, err = b.OpenConversations(ctx, w); err != nil {
		a.log.Warn().Err(err).Msg("read the open conversations for a Home tab")
	}
	home.line = func(v bridge.Conversation) string { return a.openLine(home.in, v) }
	if role >= manager {
		home.sites = b.Sites(w)
		home.site = func(s bridge.Site) string { return a.siteText(home.in, s) }
		home.health = append(a.checkRunning(home.in), a.standing(home.in, nil)...)
	}
	return home.view()
}
