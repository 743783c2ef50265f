package slackapp

import (
	"context"
	"slices"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// site shows the snippet, and changes which origins may use it.
func (a *App) site(ctx context.Context, req request, words []string) (reply, error) {
	b := a.bridge.Load()
	sites := b.Sites(a.self().Workspace)
	if len(sites) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeNotFound, "this workspace has no site yet: restart the program")
	}
	s := sites[0]
	if len(words) > 0 {
		if len(words) != 2 || words[0] != "add" && words[0] != "remove" {
			return reply{}, bridge.Errorf(bridge.CodeInvalid, "write it like `/chatgroups site add https://shop.example` or `/chatgroups site remove https://shop.example`")
		}
		origin, err := bridge.ParseAllowedOrigin(bareLink(words[1]))
		if err != nil {
			return reply{}, err
		}
		at := slices.Index(s.Origins, origin)
		switch {
		case words[0] == "add" && at >= 0:
			return reply{}, bridge.Errorf(bridge.CodeConflict, "%s may use the widget already", origin)
		case words[0] == "add":
			s.Origins = append(s.Origins, origin)
		case at < 0:
			return reply{}, bridge.Errorf(bridge.CodeNotFound, "%s is not one of the site's origins", origin)
		default:
			s.Origins = slices.Delete(s.Origins, at, at+1)
		}
		if s, err = b.UpdateSite(ctx, s, req.by()); err != nil {
			return reply{}, err
		}
	}
	sn := a.snippetOf(s)
	return reply{text: a.siteText(req.in, s) + "\n" +
		req.in.Say("Pages with a Content-Security-Policy need `%s` in it; with a nonce and 'strict-dynamic', the tag is `%s`.", sn.policy, mrkdwn.Escape(sn.nonced))}, nil
}

func (a *App) siteText(in locale.Locale, s bridge.Site) string {
	origins := "none yet, only the bridge's own pages: add yours with `/chatgroups site add https://shop.example`"
	if len(s.Origins) > 0 {
		origins = "`" + strings.Join(s.Origins, "`, `") + "`"
	}
	return in.Say("*Site `%s`*\nPaste this before `&lt;/body&gt;` of each page:\n```%s```\nOrigins that may use it: %s",
		s.ID, mrkdwn.Escape(a.snippetOf(s).html), origins)
}

// bareLink undoes what Slack makes of a typed address: <https://shop.example>.
func bareLink(word string) string {
	word = strings.TrimSuffix(strings.TrimPrefix(word, "<"), ">")
	link, _, _ := strings.Cut(word, "|")
	return link
}
