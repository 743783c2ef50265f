package fakeslack

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// How much of the workspace one screen shows. A page asks for more messages where
// somebody wants to see earlier ones.
const (
	screenMessages    = 100
	screenMessagesMax = 5000
	screenCalls       = 100 // posts that notified somebody
	screenExcerpt     = 280 // runes of such a post
)

// A screen is what one person sees at one moment, and the ledger besides, which no
// Slack shows anybody.
type screen struct {
	Seen string `json:"seen"` // a digest of all the rest

	Team      string         `json:"team"`
	Workspace string         `json:"workspace"`
	Me        string         `json:"me"`
	People    []screenPerson `json:"people"`
	Groups    []screenGroup  `json:"groups"`
	Channels  []screenRoom   `json:"channels"`
	Commands  []string       `json:"commands"`
	Apps      []screenApp    `json:"apps"`
	Faults    []string       `json:"faults"` // the trouble that is on; see handFault

	Channel    string            `json:"channel"` // the one that is open, or ""
	Messages   []screenMessage   `json:"messages"`
	Earlier    bool              `json:"earlier"` // there are more before these
	Thread     []screenMessage   `json:"thread"`  // the one that is open: root and replies
	Ephemerals []screenEphemeral `json:"ephemerals"`
	Modal      *screenView       `json:"modal"` // the topmost
	Home       *screenView       `json:"home"`  // of the app whose Home tab is open
	HomeOf     string            `json:"home_of"`

	Posts  []screenPost   `json:"posts"`  // those that notified somebody, newest first
	Called map[string]int `json:"called"` // how often each person was notified, ever
}

type screenPerson struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Real    string `json:"real"`
	Title   string `json:"title,omitempty"`
	Role    string `json:"role"`
	Bot     bool   `json:"bot,omitempty"`
	BotID   string `json:"bot_id,omitempty"`
	Away    bool   `json:"away,omitempty"`
	Paused  bool   `json:"paused,omitempty"` // notifications are, or it is a quiet hour
	Deleted bool   `json:"deleted,omitempty"`
}

type screenGroup struct {
	ID       string   `json:"id"`
	Handle   string   `json:"handle"`
	Name     string   `json:"name"`
	Members  []string `json:"members"`
	Disabled bool     `json:"disabled,omitempty"`
}

// screenRoom is a channel or direct conversation in the list at the side.
type screenRoom struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Topic    string   `json:"topic,omitempty"`
	Private  bool     `json:"private,omitempty"`
	Direct   bool     `json:"direct,omitempty"` // of few people, without a name
	Archived bool     `json:"archived,omitempty"`
	Member   bool     `json:"member,omitempty"`
	Members  []string `json:"members"`
	Latest   string   `json:"latest,omitempty"` // ts of the newest message, joins aside
	LatestBy string   `json:"latest_by,omitempty"`
}

type screenMessage struct {
	Message
	Calls []screenCall `json:"calls,omitempty"` // whom it notified
}

type screenEphemeral struct {
	Channel  string          `json:"channel"`
	TS       string          `json:"ts"`
	ThreadTS string          `json:"thread_ts,omitempty"`
	App      string          `json:"app,omitempty"` // its bot's user
	Text     string          `json:"text"`
	Blocks   json.RawMessage `json:"blocks,omitempty"`
}

// screenPost is a post that notified somebody.
type screenPost struct {
	Channel  string       `json:"channel"`
	TS       string       `json:"ts"`
	ThreadTS string       `json:"thread_ts,omitempty"` // of a reply
	By       string       `json:"by,omitempty"`        // a user, or "" where there is only a name
	Name     string       `json:"name,omitempty"`
	Text     string       `json:"text"` // its beginning, escaped
	Gone     bool         `json:"gone,omitempty"`
	Calls    []screenCall `json:"calls"`
}

type screenCall struct {
	User  string `json:"user"`
	Why   string `json:"why"`             // as Why, "usergroup" for a group
	Group string `json:"group,omitempty"` // its id
}

// screens answers with what a person sees. The parameters of a request are
//
//	as       the person, by id or name; the first one where empty
//	channel  the channel that is open, by id or name; one of the person's where empty
//	thread   the ts of the root of the thread that is open, or none
//	home     the id of the app whose Home tab is open, or none
//	limit    how many messages of the channel to show
//	seen     of the screen that the page has: the answer is held until it differs
//
// A held request ends with the workspace's Run, and when the server that it came
// through shuts down.
func (w *Workspace) screens() http.Handler {
	closing := new(shutdowns)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		ask := screenQuery{as: q.Get("as"), channel: q.Get("channel"), thread: q.Get("thread"), home: q.Get("home"), limit: screenMessages}
		if n, err := strconv.Atoi(q.Get("limit")); err == nil {
			ask.limit = min(max(n, 1), screenMessagesMax)
		}
		shutdown := closing.of(r)
		var over <-chan struct{}
		life, leave, idle := w.life.join()
		if idle == nil {
			defer leave()
			over = life.Done()
		}
		for {
			changed := w.news.changed()
			body, seen := w.screen(ask)
			if seen != q.Get("seen") {
				rw.Header().Set("Content-Type", "application/json; charset=utf-8")
				_, _ = rw.Write(body) // the caller may have gone
				return
			}
			if idle != nil {
				uiRefuse(rw, http.StatusServiceUnavailable, idle.Error())
				return
			}
			select {
			case <-changed:
			case <-over:
				idle = errors.New("fakeslack: the workspace has stopped")
			case <-shutdown:
				idle = errors.New("fakeslack: the server shuts down")
			case <-r.Context().Done():
				return
			}
		}
	})
}

// shutdowns tell held requests that the server they came through shuts down: it
// waits for them, and they for news, so one of them must give in.
type shutdowns struct {
	mu      sync.Mutex // guards the following fields
	servers map[*http.Server]<-chan struct{}
}

// of returns a channel that is closed once the server of r shuts down, or nil
// where r came through none.
func (s *shutdowns) of(r *http.Request) <-chan struct{} {
	server, _ := r.Context().Value(http.ServerContextKey).(*http.Server)
	if server == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	begun, known := s.servers[server]
	if !known {
		ctx, begin := context.WithCancel(context.Background())
		server.RegisterOnShutdown(begin)
		begun = ctx.Done()
		if s.servers == nil {
			s.servers = make(map[*http.Server]<-chan struct{})
		}
		s.servers[server] = begun
	}
	return begun
}

type screenQuery struct {
	as, channel, thread, home string
	limit                     int
}

// screen takes the picture, under one lock so that its parts agree; the trouble
// that is on has locks of its own.
func (w *Workspace) screen(ask screenQuery) (body []byte, seen string) {
	faults := w.screenFaults()
	w.mu.Lock()
	v := w.drawScreen(ask)
	w.mu.Unlock()
	v.Faults = faults
	sum := sha256.Sum256(marshal(v))
	v.Seen = base64.RawURLEncoding.EncodeToString(sum[:12])
	return marshal(v), v.Seen
}

func (w *Workspace) drawScreen(ask screenQuery) screen {
	me := w.viewer(ask.as)
	v := screen{
		Team: w.cfg.TeamID, Workspace: w.cfg.Name, Me: me, People: []screenPerson{}, Groups: []screenGroup{},
		Channels: []screenRoom{}, Commands: []string{}, Messages: []screenMessage{},
		Thread: []screenMessage{}, Ephemerals: []screenEphemeral{}, Posts: []screenPost{},
	}
	for _, id := range w.peopleIDs {
		v.People = append(v.People, w.screenPerson(w.people[id]))
	}
	for _, id := range w.groupIDs {
		g := w.groups[id]
		v.Groups = append(v.Groups, screenGroup{
			ID: id, Handle: g.handle, Name: g.name, Members: slices.Clone(g.members), Disabled: g.disabled != 0,
		})
	}
	for _, id := range w.channelIDs {
		if c := w.channels[id]; c.kind == public || c.isMember[me] {
			v.Channels = append(v.Channels, c.room(me))
		}
	}
	for name := range w.commands {
		v.Commands = append(v.Commands, name)
	}
	slices.Sort(v.Commands)
	v.Apps = w.screenApps()
	v.Modal, v.Home, v.HomeOf = w.screenModal(me), w.screenHome(me, ask.home), ask.home

	calls := w.screenCalls()
	v.Posts, v.Called = w.screenPosts(calls), w.screenCalled()
	if c := w.openChannel(ask.channel, v.Channels); c != nil {
		v.Channel = c.id
		v.Messages, v.Earlier = w.screenMessages(c, ask.limit, calls)
		v.Thread = w.screenThread(c, ask.thread, calls)
		v.Ephemerals = w.screenEphemerals(me, c.id)
	}
	return v
}

// viewer finds who looks: the person asked for, else the first one.
func (w *Workspace) viewer(as string) string {
	if w.people[as] == nil {
		as = w.names[strings.ToLower(strings.TrimPrefix(as, "@"))]
	}
	if p := w.people[as]; p != nil && !p.Bot {
		return as
	}
	for _, id := range w.peopleIDs {
		if !w.people[id].Bot {
			return id
		}
	}
	return ""
}

// openChannel finds the channel asked for among those that the person may see,
// else one that the person is in, else any.
func (w *Workspace) openChannel(asked string, visible []screenRoom) *channel {
	best := ""
	for _, room := range visible {
		switch {
		case asked != "" && (room.ID == asked || room.Name == strings.TrimPrefix(asked, "#")):
			return w.channels[room.ID]
		case best == "", room.Member && !slices.ContainsFunc(visible, func(r screenRoom) bool { return r.ID == best && r.Member }):
			best = room.ID
		}
	}
	return w.channels[best]
}

func (w *Workspace) screenPerson(p *person) screenPerson {
	role := "member"
	switch {
	case p.Deleted:
		role = "deactivated"
	case p.Bot:
		role = "app"
	case p.external(w.cfg.TeamID):
		role = "external"
	case p.Owner:
		role = "owner"
	case p.Admin:
		role = "admin"
	case p.guest():
		role = "guest"
	}
	return screenPerson{
		ID: p.ID, Name: p.Name, Real: p.RealName, Title: p.Title, Role: role,
		Bot: p.Bot, BotID: p.botID, Away: p.Away, Paused: p.paused(w.clock.Now()), Deleted: p.Deleted,
	}
}

func (c *channel) room(reader string) screenRoom {
	room := screenRoom{
		ID: c.id, Name: c.name, Topic: c.topic, Private: c.kind != public,
		Direct: c.kind == direct || c.kind == several, Archived: c.archived,
		Member: c.isMember[reader], Members: slices.Clone(c.members),
	}
	for _, e := range slices.Backward(c.entries) {
		m := e.msg
		if !e.gone && !m.IsReply() && !strings.HasPrefix(m.Subtype, "channel_") {
			room.Latest, room.LatestBy = m.TS, m.User
			break
		}
	}
	return room
}

// place is where a message stands.
type place struct{ channel, ts string }

// screenCalls puts the ledger in the order of its posts.
func (w *Workspace) screenCalls() map[place][]screenCall {
	calls := make(map[place][]screenCall)
	for _, n := range w.ledger {
		call := screenCall{User: n.User, Why: string(n.Why)}
		if id, ok := n.Why.UserGroup(); ok {
			call.Why, call.Group = "usergroup", id
		}
		at := place{n.Channel, n.TS}
		calls[at] = append(calls[at], call)
	}
	return calls
}

func (w *Workspace) screenCalled() map[string]int {
	called := make(map[string]int)
	for _, n := range w.ledger {
		called[n.User]++
	}
	return called
}

// screenPosts returns the last posts that notified somebody, newest first.
func (w *Workspace) screenPosts(calls map[place][]screenCall) []screenPost {
	posts := make([]screenPost, 0, min(len(calls), screenCalls))
	for _, at := range latest(calls, screenCalls) {
		p := screenPost{Channel: at.channel, TS: at.ts, Calls: calls[at], Gone: true}
		if c := w.channels[at.channel]; c != nil {
			if e := c.find(at.ts); e != nil {
				m := e.msg
				p.Gone, p.By, p.Name, p.Text = false, m.User, m.Username, cutRunes(m.Text, screenExcerpt)
				if m.IsReply() {
					p.ThreadTS = m.ThreadTS
				}
				if p.By == "" && e.by != nil {
					p.By = e.by.BotUserID
				}
			}
		}
		posts = append(posts, p)
	}
	return posts
}

// latest returns the newest places, newest first.
func latest(calls map[place][]screenCall, limit int) []place {
	all := make([]place, 0, len(calls))
	for at := range calls {
		all = append(all, at)
	}
	slices.SortFunc(all, func(a, b place) int {
		x, _ := parseTS(a.ts)
		y, _ := parseTS(b.ts)
		return cmp.Or(cmp.Compare(y, x), cmp.Compare(a.channel, b.channel))
	})
	return all[:min(len(all), limit)]
}

func cutRunes(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

func (w *Workspace) screenMessages(c *channel, limit int, calls map[place][]screenCall) (messages []screenMessage, earlier bool) {
	messages = []screenMessage{}
	for _, e := range slices.Backward(c.entries) {
		if e.gone || e.msg.IsReply() {
			continue
		}
		if len(messages) == limit {
			earlier = true
			break
		}
		messages = append(messages, w.screenMessage(c, e, calls))
	}
	slices.Reverse(messages)
	return messages, earlier
}

func (w *Workspace) screenThread(c *channel, ts string, calls map[place][]screenCall) []screenMessage {
	thread := []screenMessage{}
	e := c.find(ts)
	if e == nil {
		return thread
	}
	root := e.thread()
	thread = append(thread, w.screenMessage(c, root, calls))
	for _, r := range root.replies {
		thread = append(thread, w.screenMessage(c, r, calls))
	}
	return thread
}

func (w *Workspace) screenMessage(c *channel, e *entry, calls map[place][]screenCall) screenMessage {
	m := e.look()
	m.Metadata, m.Root = nil, nil // for apps, not for eyes
	m.Files = w.screenFiles(m.Files)
	if m.User == "" && e.by != nil {
		m.User = e.by.BotUserID
	}
	return screenMessage{Message: m, Calls: calls[place{c.id, m.TS}]}
}

func (w *Workspace) screenEphemerals(user, channel string) []screenEphemeral {
	shown := []screenEphemeral{}
	for _, e := range w.ephemerals[user] {
		if e.Deleted || e.Channel != channel {
			continue
		}
		v := screenEphemeral{Channel: e.Channel, TS: e.TS, ThreadTS: e.ThreadTS, Text: e.Text, Blocks: e.Blocks}
		if in := w.installed(e.AppID); in != nil {
			v.App = in.BotUserID
		}
		shown = append(shown, v)
	}
	return shown
}
