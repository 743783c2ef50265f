package slackapp

import (
	_ "embed"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// zoneNames are the time zones to choose from: those of zone.tab in the time zone
// database (iana.org/time-zones), without its old names, and UTC.
var zoneNames = func() (names []string) {
	for name := range strings.FieldsSeq(zoneList) {
		if _, err := bridge.ParseZone(name); err == nil {
			names = append(names, name)
		}
	}
	return names
}()

//go:embed zones.txt
var zoneList string

// zoneMenu lets one time zone be searched for, by names as in zonesLike.
func zoneMenu(chosen string) *slack.SelectBlockElement {
	e := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, nil, "zone")
	least := 1
	e.MinQueryLength = &least
	if chosen != "" {
		e.InitialOption = choice(chosen, zoneText(chosen))
	}
	return e
}

// zoneText is a zone's name for people.
func zoneText(name string) string { return strings.ReplaceAll(name, "_", " ") }

// zonesLike are the zones whose name holds what was typed, those first of which a part
// begins with it: "new y" is America/New_York.
func zonesLike(text string) []*slack.OptionBlockObject {
	text = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text)), "_", " ")
	begins := func(name string) bool {
		return slices.ContainsFunc(strings.Split(name, "/"), func(part string) bool { return strings.HasPrefix(part, text) })
	}
	var first, others []*slack.OptionBlockObject
	for _, name := range zoneNames {
		switch plain := strings.ToLower(zoneText(name)); {
		case begins(plain):
			first = append(first, choice(name, zoneText(name)))
		case strings.Contains(plain, text):
			others = append(others, choice(name, zoneText(name)))
		}
	}
	return append(first, others...)
}
