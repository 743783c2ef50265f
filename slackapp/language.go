package slackapp

import (
	"context"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// localeNames are the languages to choose from, by their own names.
var localeNames = map[locale.Locale]string{locale.English: "English", locale.French: "Français"}

// language says or chooses the language of what stands in channels: cards, what happened,
// notices. What stands there already changes when it is written anew.
func (a *App) language(ctx context.Context, req request, words []string) (reply, error) {
	if len(words) == 0 {
		return req.say("Threads are in %s. `/chatgroups language fr` or `en` changes that; what is for you alone comes in your own language.", localeNames[a.channelLocale()]), nil
	}
	chosen := locale.Locale(strings.ToLower(words[0]))
	if localeNames[chosen] == "" || len(words) > 1 {
		return reply{}, bridge.Errorf(bridge.CodeInvalid, "write it like `/chatgroups language fr` or `/chatgroups language en`")
	}
	if err := a.bridge.Load().SetLanguage(ctx, a.self().Workspace, string(chosen), req.by()); err != nil {
		return reply{}, err
	}
	return req.say("Threads are in %s from now on.", localeNames[chosen]), nil
}
