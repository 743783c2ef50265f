package main

import (
	"fmt"
	"runtime/debug"
)

type serveCmd struct {
	settings
}

func (c *serveCmd) Run(p *program) error {
	if err := c.check(); err != nil {
		return err
	}
	n, err := newNode(p.ctx, &c.settings, c.logger(p.stderr))
	if err != nil {
		return err
	}
	return n.run(p.ctx)
}

type versionCmd struct{}

func (versionCmd) Run(p *program) error {
	version, revision := "(devel)", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value
			}
		}
	}
	fmt.Fprintf(p.stdout, "chatgroups %s%s\n", version, revision)
	return nil
}
