package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// ErrInThread is what a person gets who types an app's command into a thread.
//
// Documented: interactivity/implementing-slash-commands.
var ErrInThread = errors.New("fakeslack: an app's slash command cannot be used in a thread")

// Command lets a person type a slash command with its arguments into a channel,
// or into a thread of it, where Slack refuses it with ErrInThread. It returns
// when the app has answered, or an error where the person sees one.
//
// The text is as typed. Where the app asked for it, people, channels and user
// groups that it names arrive escaped.
func (w *Workspace) Command(ctx context.Context, user, channel, text string, inThread bool) (*Result, error) {
	if inThread {
		return nil, ErrInThread
	}
	name, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	h, v, err := w.prepareCommand(user, channel, name, strings.TrimSpace(rest))
	if err != nil {
		return nil, err
	}
	v.take = func(said json.RawMessage) error {
		if err := w.respond(h, said); err != nil {
			return fmt.Errorf("fakeslack: the app's answer to %s is not one that Slack shows: %w", name, err)
		}
		return nil
	}
	if _, err := w.ask(ctx, v); err != nil {
		return nil, err
	}
	return h.result, nil
}

func (w *Workspace) prepareCommand(user, channel, name, rest string) (*hook, visit, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, err := w.memberChannel(user, channel)
	if err != nil {
		return nil, visit{}, err
	}
	in := w.commands[name]
	if in == nil || in.gone {
		return nil, visit{}, fmt.Errorf("fakeslack: %s is not a command here; an installed App lists its commands", name)
	}
	p := w.people[user]
	if p.external(w.cfg.TeamID) {
		// Documented: apis/slack-connect; commands are not shared.
		return nil, visit{}, fmt.Errorf("fakeslack: %s is from another workspace and has no command %s", p.Name, name)
	}
	h := &hook{in: in, user: user, channel: c}
	address, err := w.newHook(h)
	if err != nil {
		return nil, visit{}, err
	}
	if in.escapes(name) {
		// Documented: interactivity/implementing-slash-commands, "Escaping".
		// Assumed: a user group arrives as in a message.
		rest = w.typed(rest, func(id string) string { return "<@" + id + "|" + w.people[id].Name + ">" })
	} else {
		rest = escapeAll(rest)
	}
	body := map[string]string{
		"token": verificationToken, "team_id": w.cfg.TeamID, "team_domain": w.cfg.Domain,
		"channel_id": c.id, "channel_name": c.commandName(), "user_id": user, "user_name": p.Name,
		"command": name, "text": rest, "api_app_id": in.AppID, "is_enterprise_install": "false",
		"response_url": address, "trigger_id": w.newTrigger(in, user, nil, c),
	}
	form := make(url.Values, len(body))
	for k, s := range body {
		form.Set(k, s)
	}
	return h, visit{
		in: in, kind: slashCommands, label: name, payload: body,
		url: in.commandURL(name), form: form, accepts: true,
	}, nil
}

func (i *install) escapes(command string) bool {
	for _, c := range i.app.Commands {
		if c.Name == command {
			return c.ShouldEscape
		}
	}
	return false
}

// commandName is how commands name the channel. Assumed for those that are not
// public.
func (c *channel) commandName() string {
	switch c.kind {
	case private:
		return "privategroup"
	case direct:
		return "directmessage"
	case several:
		return "mpdm"
	}
	return c.name
}
