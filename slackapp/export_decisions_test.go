package slackapp

import (
	"context"
	"encoding/json"
	"maps"
)

// What tests need of the tables of decisions.

type Deed = deed

const (
	DeedRelay  = deedRelay
	DeedNote   = deedNote
	DeedObey   = deedObey
	DeedIgnore = deedIgnore
)

func Events() map[string]deed       { return maps.Clone(events) }
func Subtypes() map[string]deed     { return maps.Clone(subtypes) }
func Interactions() map[string]deed { return maps.Clone(interactions) }

// Noted reports whether code takes an event that the table says is taken note of.
func Noted(event string) bool {
	_, trouble := troubleEvents[event]
	return trouble || event == "app_rate_limited" || event == "user_change" || event == "member_joined_channel" || event == "member_left_channel"
}

// Tell delivers something as Slack does, whichever way it comes.
func (a *App) Tell(ctx context.Context, kind, payload string) error {
	_, err := a.receive(ctx, delivery{Kind: deliveryKind(kind), Payload: json.RawMessage(payload)})
	return err
}
