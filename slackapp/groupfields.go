package slackapp

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
)

// The fields of a group's form, by block_id.
const (
	fieldName        = "name"
	fieldAbout       = "about"
	fieldWhere       = "where"   // whether the channel is there or is to be made
	fieldChannel     = "channel" // one that is there
	fieldChannelName = "channel_name"
	fieldWho         = "who"       // how people are told
	fieldUserGroup   = "usergroup" // one that is there
	fieldMembers     = "members"   // who is in that one
	fieldHandle      = "handle"    // of one to be made
	fieldPeople      = "people"    // who is told one by one, or is in the one to be made
	fieldManagers    = "managers"
	fieldHidden      = "hidden"
	fieldFields      = "fields"
)

// What fieldWhere and fieldWho can be.
const (
	existing = "existing"
	created  = "created"
	linked   = "linked"
	listed   = "listed"
)

// maxShown is how many people a field shows: they stand in the private_metadata too, so
// that it is known what was changed. More are changed with the members command.
const maxShown = 50

// groupFields is what stands in the fields of a group's form.
type groupFields struct {
	name, about          string
	where                string
	channel, channelName string
	who                  string
	userGroup, handle    string
	members              []string
	people               []string
	managers             []string
	hidden               bool
	fields               []string
}

// fieldsOf is a group as its form shows it; members are who is in its user group.
func fieldsOf(g bridge.Group, members []string) groupFields {
	f := groupFields{
		name: g.Name, about: g.About, where: existing, channel: g.Channel,
		who: linked, userGroup: g.UserGroup, members: members,
		people: stringsOf(g.Members), managers: stringsOf(g.Managers), hidden: g.Hidden,
	}
	if g.UserGroup == "" && len(g.Members) > 0 {
		f.who = listed
	}
	for _, field := range bridge.AllFields {
		if g.Fields.Has(field) {
			f.fields = append(f.fields, string(field))
		}
	}
	return f
}

func stringsOf[S ~string](all []S) []string {
	var texts []string
	for _, s := range all {
		texts = append(texts, string(s))
	}
	return texts
}

func agentsOf(ids []string) []bridge.AgentID {
	var agents []bridge.AgentID
	for _, id := range ids {
		agents = append(agents, bridge.AgentID(id))
	}
	return agents
}

// fieldsIn reads what was filled in. What the form does not show is as it was filled in
// before, see keep, or as the group has it.
func fieldsIn(f filled, g bridge.Group) groupFields {
	was := fieldsOf(g, nil)
	text := func(field string) string {
		if _, shown := f.fields[field]; shown {
			return f.text(field)
		}
		return f.More["k."+field]
	}
	chosen := func(field, otherwise string) string {
		if _, shown := f.fields[field]; shown {
			return f.choice(field)
		}
		return cmp.Or(f.More["k."+field], otherwise)
	}
	people := func(field string, otherwise []string) []string {
		if _, shown := f.fields[field]; shown {
			return stringsOf(f.people(field))
		}
		if kept := f.More["k."+field]; kept != "" {
			return strings.Split(kept, ",")
		}
		return otherwise
	}
	return groupFields{
		name: f.text(fieldName), about: f.text(fieldAbout),
		where: chosen(fieldWhere, existing), channel: chosen(fieldChannel, was.channel), channelName: strings.TrimPrefix(text(fieldChannelName), "#"),
		who: chosen(fieldWho, was.who), userGroup: chosen(fieldUserGroup, was.userGroup), handle: strings.TrimPrefix(text(fieldHandle), "@"),
		members: people(fieldMembers, nil), people: people(fieldPeople, was.people), managers: people(fieldManagers, was.managers),
		hidden: f.checked(fieldHidden, "yes"), fields: f.choices(fieldFields),
	}
}

// keep notes what stands in fields that the form does not show now, so that it is there
// again when they are shown.
func (f groupFields) keep(more map[string]string) {
	note := func(field, value string) {
		if value != "" {
			more["k."+field] = value
		}
	}
	if f.where == created {
		note(fieldChannel, f.channel)
	} else {
		note(fieldChannelName, f.channelName)
	}
	if f.who != linked {
		note(fieldUserGroup, f.userGroup)
	}
	if f.who != created {
		note(fieldHandle, f.handle)
	}
	if f.who == linked && len(f.people) <= maxShown {
		note(fieldPeople, strings.Join(f.people, ","))
	}
}

// A part is what one admin may change while another changes the rest, as people call it.
type part = locale.Key

// The parts of a group's form, in its order.
const (
	partName     = locale.Key("the name")
	partAbout    = locale.Key("the description")
	partChannel  = locale.Key("the channel")
	partTold     = locale.Key("who is told")
	partManagers = locale.Key("the managers")
	partHidden   = locale.Key("whether it is hidden")
	partFields   = locale.Key("what of the visitor is shown")
)

var groupParts = []part{partName, partAbout, partChannel, partTold, partManagers, partHidden, partFields}

// partOf is the part that a field of bridge.Group belongs to, as a Change names it.
var partOf = map[string]part{
	"Name": partName, "About": partAbout, "Channel": partChannel, "UserGroup": partTold, "Members": partTold,
	"Managers": partManagers, "Hidden": partHidden, "Fields": partFields,
}

// print is a short mark of what stands in a part, by which a change is seen.
func (f groupFields) print(p part) string {
	var says any
	switch p {
	case partName:
		says = f.name
	case partAbout:
		says = f.about
	case partChannel:
		says = "there " + f.channel
		if f.where == created {
			says = "new " + f.channelName
		}
	case partTold:
		switch f.who {
		case created:
			says = "new " + f.handle
		case listed:
			says = slices.Sorted(slices.Values(f.people))
		default:
			says = "there " + f.userGroup
		}
	case partManagers:
		says = slices.Sorted(slices.Values(f.managers))
	case partHidden:
		says = f.hidden
	case partFields:
		says = f.fields
	}
	h := fnv.New64a()
	fmt.Fprint(h, says)
	return fmt.Sprintf("%x", h.Sum64())
}

// take copies a part from another form.
func (f *groupFields) take(p part, from groupFields) {
	switch p {
	case partName:
		f.name = from.name
	case partAbout:
		f.about = from.about
	case partChannel:
		f.where, f.channel, f.channelName = from.where, from.channel, from.channelName
	case partTold:
		f.who, f.userGroup, f.handle, f.people = from.who, from.userGroup, from.handle, from.people
	case partManagers:
		f.managers = from.managers
	case partHidden:
		f.hidden = from.hidden
	case partFields:
		f.fields = from.fields
	}
}

// letThrough is the group's Fields: nil where all are checked.
func (f groupFields) letThrough() bridge.Fields {
	if len(f.fields) == len(bridge.AllFields) {
		return nil
	}
	fields := bridge.Fields{}
	for _, field := range f.fields {
		fields = append(fields, bridge.Field(field))
	}
	return fields
}
