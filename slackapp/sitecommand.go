package slackapp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// site shows the sites, and makes, changes and deletes them.
func (a *App) site(ctx context.Context, req request, words []string) (reply, error) {
	b := a.bridge.Load()
	sites := b.Sites(a.self().Workspace)
	if len(sites) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeNotFound, "this workspace has no site yet: restart the program")
	}
	if len(words) == 0 {
		return a.siteList(req, sites), nil
	}
	verb, words := strings.ToLower(words[0]), words[1:]
	switch verb {
	case "new":
		s := bridge.Site{Workspace: a.self().Workspace, Name: strings.Join(words, " ")}
		return reply{view: a.siteView(req.in, stateOf(req), s, "")}, nil
	case "edit":
		s, err := siteNamed(sites, words)
		return reply{view: a.siteView(req.in, stateOf(req), s, "")}, err
	case "delete":
		return a.deleteSite(ctx, req, sites, words)
	case "secret":
		return a.siteSecret(ctx, req, sites, words)
	case "add", "remove":
		return a.changeOrigin(ctx, req, sites, verb == "add", words)
	}
	if s, err := siteNamed(sites, append([]string{verb}, words...)); err == nil {
		return reply{text: a.siteText(req.in, s) + "\n" + a.policyText(req.in, s)}, nil
	}
	return reply{}, bridge.Errorf(bridge.CodeInvalid, "write it like `/chatgroups site add https://shop.example` or `/chatgroups site remove https://shop.example`, or with new, edit, delete or secret")
}

// siteNamed finds a site by its key or name; the only one need not be named.
func siteNamed(sites []bridge.Site, words []string) (bridge.Site, error) {
	word := strings.Join(words, " ")
	if word == "" && len(sites) == 1 {
		return sites[0], nil
	}
	var keys []string
	for _, s := range sites {
		if string(s.ID) == word || strings.EqualFold(s.Name, word) {
			return s, nil
		}
		keys = append(keys, string(s.ID))
	}
	return bridge.Site{}, bridge.Errorf(bridge.CodeNotFound, "there is no site %q: there are %s", word, strings.Join(keys, ", "))
}

func (a *App) siteList(req request, sites []bridge.Site) reply {
	var texts []string
	var r reply
	for i, s := range sites {
		if i == maxHomeSites {
			texts = append(texts, req.in.Say("There are more: name one, like `/chatgroups site %s`.", s.ID))
			break
		}
		texts = append(texts, a.siteText(req.in, s))
		r.buttons = append(r.buttons, button(fmt.Sprintf("%s:edit:%s", actionTyped, s.ID), "site edit "+string(s.ID), req.in.Say("Edit %s", calledSite(s)), ""))
	}
	r.buttons = append(r.buttons, button(actionTyped+":new", "site new", req.in.Say("New site…"), ""))
	texts = append(texts, a.policyText(req.in, sites[0]))
	r.text = strings.Join(texts, "\n")
	return r
}

// calledSite is what admins call a site, as plain text.
func calledSite(s bridge.Site) string {
	if s.Name != "" {
		return s.Name
	}
	return string(s.ID)
}

// changeOrigin lets pages of an origin use the widget, or no longer.
func (a *App) changeOrigin(ctx context.Context, req request, sites []bridge.Site, add bool, words []string) (reply, error) {
	if len(words) == 0 {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "write it like `/chatgroups site add https://shop.example` or `/chatgroups site remove https://shop.example`, or with new, edit, delete or secret")
	}
	last := len(words) - 1
	origin, err := bridge.ParseAllowedOrigin(bareLink(words[last]))
	if err != nil {
		return reply{}, err
	}
	s := sites[0] // the one that the program began with
	if len(words) > 1 {
		if s, err = siteNamed(sites, words[:last]); err != nil {
			return reply{}, err
		}
	}
	at := slices.Index(s.Origins, origin)
	switch {
	case add && at >= 0:
		return reply{}, bridge.Errorf(bridge.CodeConflict, "%s may use the widget already", origin)
	case add:
		s.Origins = append(s.Origins, origin)
	case at < 0:
		return reply{}, bridge.Errorf(bridge.CodeNotFound, "%s is not one of the site's origins", origin)
	default:
		s.Origins = slices.Delete(s.Origins, at, at+1)
	}
	if s, err = a.bridge.Load().UpdateSite(ctx, s, req.by()); err != nil {
		return reply{}, err
	}
	return reply{text: a.siteText(req.in, s) + "\n" + a.policyText(req.in, s)}, nil
}

// surely takes "yes" off the end of the words.
func surely(words []string) (_ []string, sure bool) {
	if n := len(words); n > 0 && words[n-1] == "yes" {
		return words[:n-1], true
	}
	return words, false
}

// deleteSite deletes a site; it asks first.
func (a *App) deleteSite(ctx context.Context, req request, sites []bridge.Site, words []string) (reply, error) {
	words, sure := surely(words)
	s, err := siteNamed(sites, words)
	if err != nil {
		return reply{}, err
	}
	if !sure {
		r := req.say("Delete the site *%s*? Its widget says that it takes no chats any more; open conversations go on in Slack.", mrkdwn.Escape(calledSite(s)))
		r.buttons = []slack.BlockElement{
			button(actionTyped+":delete", fmt.Sprintf("site delete %s yes", s.ID), req.in.Say("Delete"), slack.StyleDanger),
			button(actionCancel, "", req.in.Say("Cancel"), ""),
		}
		return r, nil
	}
	if err := a.bridge.Load().DeleteSite(ctx, s.Workspace, s.ID, req.by()); err != nil {
		return reply{}, err
	}
	return req.say("The site *%s* is deleted.", mrkdwn.Escape(calledSite(s))), nil
}

// siteSecret gives a site another secret by which its server signs who its visitors are;
// it asks first, and shows the secret once, to who asked alone.
func (a *App) siteSecret(ctx context.Context, req request, sites []bridge.Site, words []string) (reply, error) {
	words, sure := surely(words)
	s, err := siteNamed(sites, words)
	if err != nil {
		return reply{}, err
	}
	if !sure {
		r := req.say("Give the site *%s* a new identity secret? What its server signs with the old one is refused from then on.", mrkdwn.Escape(calledSite(s)))
		r.buttons = []slack.BlockElement{
			button(actionTyped+":secret", fmt.Sprintf("site secret %s yes", s.ID), req.in.Say("New secret"), slack.StyleDanger),
			button(actionCancel, "", req.in.Say("Cancel"), ""),
		}
		return r, nil
	}
	secret, err := a.bridge.Load().RotateIdentitySecret(ctx, s.ID, req.by())
	if err != nil {
		return reply{}, err
	}
	return req.say("The identity secret of *%s*, shown this once: `%s`", mrkdwn.Escape(calledSite(s)), secret), nil
}

func (a *App) siteText(in locale.Locale, s bridge.Site) string {
	origins := in.Say("none yet, only the bridge's own pages: add yours with `/chatgroups site add https://shop.example`")
	if len(s.Origins) > 0 {
		origins = "`" + strings.Join(s.Origins, "`, `") + "`"
	}
	name := "`" + string(s.ID) + "`"
	if s.Name != "" {
		name = mrkdwn.Escape(s.Name) + " " + name
	}
	return in.Say("*Site %s*\nPaste this before `&lt;/body&gt;` of each page:\n```%s```\nOrigins that may use it: %s",
		name, mrkdwn.Escape(a.snippetOf(s).html), origins)
}

// policyText says what strict pages need besides the snippet.
func (a *App) policyText(in locale.Locale, s bridge.Site) string {
	sn := a.snippetOf(s)
	return in.Say("Pages with a Content-Security-Policy need `%s` in it; with a nonce and 'strict-dynamic', the tag is `%s`.", sn.policy, mrkdwn.Escape(sn.nonced))
}

// bareLink undoes what Slack makes of a typed address: <https://shop.example>.
func bareLink(word string) string {
	word = strings.TrimSuffix(strings.TrimPrefix(word, "<"), ">")
	link, _, _ := strings.Cut(word, "|")
	return link
}
