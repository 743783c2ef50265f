package slackapp

import (
	"context"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
)

// FilesOf is where an app of this configuration keeps files, without Slack's events.
func FilesOf(cfg Config) bridge.Files {
	a := New(cfg)
	b, err := bridge.New(context.Background(), bridgetest.NewMemory(), a, bridge.Config{Files: a.Files()})
	if err != nil {
		panic(err)
	}
	a.bridge.Store(b)
	return a.Files()
}

// Trusted reports whether the token of an app of this configuration may go to an address.
func Trusted(cfg Config, address string) bool { return New(cfg).files.trusted(address) }
