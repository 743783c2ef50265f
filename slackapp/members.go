package slackapp

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// memberCache knows who is in a channel, as Slack said at most a minute ago.
type memberCache struct {
	mu       sync.Mutex // guards the following
	channels map[string]memberList
}

type memberList struct {
	at      time.Time
	members map[string]bool
}

const memberAge = time.Minute

// isMember reports whether a person is in a channel. It asks Slack unless it did
// within the last minute, and fails where Slack does not answer.
func (a *App) isMember(ctx context.Context, channel, user string) (bool, error) {
	now := a.cfg.Clock.Now()
	a.members.mu.Lock()
	list, ok := a.members.channels[channel]
	a.members.mu.Unlock()
	if ok && now.Sub(list.at) < memberAge {
		return list.members[user], nil
	}
	there, err := channelPeople(ctx, a.api, channel)
	if err != nil {
		return false, err
	}
	list = memberList{now, there}
	a.members.mu.Lock()
	defer a.members.mu.Unlock()
	if a.members.channels == nil || len(a.members.channels) > 500 {
		a.members.channels = map[string]memberList{}
	}
	a.members.channels[channel] = list
	return list.members[user], nil
}

// channelPeople returns who is in a channel.
func channelPeople(ctx context.Context, api *slack.Client, channel string) (map[string]bool, error) {
	there := map[string]bool{}
	params := &slack.GetUsersInConversationParameters{ChannelID: channel, Limit: 1000}
	for {
		ids, cursor, err := api.GetUsersInConversationContext(ctx, params)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			there[id] = true
		}
		if cursor == "" {
			return there, nil
		}
		params.Cursor = cursor
	}
}

// drop forgets a channel whose membership changed, as an event tells.
func (m *memberCache) drop(event json.RawMessage) {
	var e struct {
		Channel string `json:"channel"`
	}
	if json.Unmarshal(event, &e) != nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.channels, e.Channel)
}
