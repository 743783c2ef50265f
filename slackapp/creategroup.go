package slackapp

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// create makes a group in one line: its name, then who is told (a user group, or people),
// then the channel, in any order after the name. Where something is left out, the form
// asks for it. The default group's name gives that group a channel.
func (a *App) create(ctx context.Context, req request, words []string) (reply, error) {
	is, err := a.fieldsFromWords(ctx, words)
	if err != nil {
		return reply{}, err
	}
	if is.name == "" || is.channel == "" || is.userGroup == "" && len(is.people) == 0 {
		g, err := a.bridge.Load().FindGroup(a.self().Workspace, is.name)
		if err == nil && g.Default && is.name != "" {
			return reply{view: a.editView(ctx, req, stateOf(req), g, "", func(shown *groupFields) { shown.complete(is) })}, nil
		}
		return reply{view: a.groupView(ctx, req, stateOf(req), bridge.Group{}, is, "")}, nil
	}
	return a.makeGroup(ctx, req, is)
}

// complete takes over what was typed in one line.
func (f *groupFields) complete(typed groupFields) {
	if typed.channel != "" {
		f.take(partChannel, typed)
	}
	if typed.userGroup != "" || len(typed.people) > 0 {
		f.take(partTold, typed)
	}
}

// makeGroup makes the group that a form or a line describes.
func (a *App) makeGroup(ctx context.Context, req request, is groupFields) (reply, error) {
	b, w := a.bridge.Load(), a.self().Workspace
	g := bridge.Group{Workspace: w}
	if old, err := b.FindGroup(w, is.name); err == nil && (old.Default || sameGroup(old, is)) {
		g = old
		is.name, is.about = old.Name, cmp.Or(is.about, old.About)
	}
	empty := fieldsOf(bridge.Group{}, nil)
	asked := func(p part) bool { return g.ID == "" || is.print(p) != empty.print(p) }
	g, err := a.settle(ctx, req, g, is, asked)
	if err != nil {
		return reply{}, err
	}
	if g.ID != "" {
		g, err = b.UpdateGroup(ctx, g, req.by())
	} else {
		g, err = b.CreateGroup(ctx, g, req.by())
	}
	if err != nil {
		return reply{}, atFields(err)
	}
	return groupReady(req, g), nil
}

// sameGroup reports whether a group is just what is asked for: it was made by an earlier
// attempt, of which nobody was told.
func sameGroup(g bridge.Group, is groupFields) bool {
	if is.where != existing || g.Name != is.name || g.Channel != is.channel {
		return false
	}
	switch is.who {
	case linked:
		return g.UserGroup == is.userGroup
	case listed:
		return g.UserGroup == "" && sameMembers(stringsOf(g.Members), is.people)
	}
	return false
}

// fieldsFromWords reads the name, the channel and who is told from a line, as far as they
// stand there.
func (a *App) fieldsFromWords(ctx context.Context, words []string) (groupFields, error) {
	is := fieldsOf(bridge.Group{}, nil)
	var name []string
	for _, word := range words {
		ref := parseReference(word)
		switch ref.kind {
		case noRef:
			name = append(name, word)
		case channelRef:
			id, err := a.usableChannel(ctx, ref)
			if err != nil {
				return is, err
			}
			is.channel = id
		case userGroupRef, handleRef:
			found, err := a.userGroup(ctx, ref)
			if err != nil {
				return is, err
			}
			is.userGroup = found.ID
		case personRef:
			if !slices.Contains(is.people, ref.id) {
				is.people = append(is.people, ref.id)
			}
			is.who = listed
		}
	}
	is.name = strings.Join(name, " ")
	if is.userGroup != "" && len(is.people) > 0 {
		return is, bridge.Errorf(bridge.CodeInvalid, "name a user group or people, not both: write it like `/chatgroups create \"Tech help\" @tech #chat-tech`")
	}
	return is, nil
}
