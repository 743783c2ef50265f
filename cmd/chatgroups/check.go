package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
	"github.com/chatgroups/chatgroups/slackapp"
)

type checkCmd struct {
	settings
}

// checkWithin bounds a check that has to ask Slack.
const checkWithin = 60 * time.Second

// Run prints a line for each thing that was looked at, and what to do where it is
// wrong. It exits 0 when all is well, else 1.
func (c *checkCmd) Run(p *program) error {
	ctx, cancel := context.WithTimeout(p.ctx, checkWithin)
	defer cancel()
	found := []slackapp.Finding{c.checkSettings()}
	if found[0].OK {
		found = append(found, slackapp.Check(ctx, c.slack())...)
		found = append(found, c.checkStore(ctx)...)
	}
	failed := false
	for _, f := range found {
		mark := "ok  "
		if !f.OK {
			mark, failed = "FAIL", true
		}
		fmt.Fprintf(p.stdout, "%s  %s: %s\n", mark, f.What, f.Text)
		if f.Mend != "" {
			fmt.Fprintf(p.stdout, "      %s\n", f.Mend)
		}
	}
	if failed {
		return errSaid
	}
	return nil
}

func (c *checkCmd) checkSettings() slackapp.Finding {
	if err := c.check(); err != nil {
		return slackapp.Finding{What: "configuration", Text: "cannot work", Mend: err.Error()}
	}
	return slackapp.Finding{What: "configuration", OK: true, Text: "complete"}
}

// checkStore looks at the data, and with it at each group's channel. A store that
// a running chatgroups holds is left to that one's doctor.
func (c *checkCmd) checkStore(ctx context.Context) []slackapp.Finding {
	path, _ := c.storePath() // check has seen it
	if _, err := os.Stat(path); os.IsNotExist(err) {
		return []slackapp.Finding{{What: "store", OK: true, Text: path + " will be made at the first start"}}
	}
	store, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		if errors.Is(err, boltstore.ErrInUse) {
			return []slackapp.Finding{{What: "store", OK: true, Text: path + " is in use by a running chatgroups; ask it with /chatgroups doctor about groups and channels"}}
		}
		return []slackapp.Finding{{What: "store", Text: err.Error(), Mend: "Restore the latest backup, or name another file in CHATGROUPS_STORE."}}
	}
	defer store.Close()
	found := []slackapp.Finding{{What: "store", OK: true, Text: path + " can be read"}}
	b, err := bridge.New(ctx, store, noDesk{}, bridge.Config{})
	if err != nil {
		return append(found, slackapp.Finding{What: "store", Text: err.Error(), Mend: "Restore the latest backup."})
	}
	return append(found, slackapp.CheckGroups(ctx, c.slack(), b)...)
}

// noDesk is for a bridge that is only looked into.
type noDesk struct{}

func (noDesk) Behind(bridge.ThreadKey, bridge.ThreadRef) {}
