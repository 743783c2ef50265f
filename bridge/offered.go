package bridge

import "slices"

// Offered returns the groups that visitors of a site are shown to choose from, in the
// order of Groups. Where none of those that the site names can be shown any more, it is
// the default group, so that nobody is left without.
func (b *Bridge) Offered(s Site) []Group {
	return slices.DeleteFunc(b.choosable(s), func(g Group) bool { return g.Hidden })
}

// HiddenOn returns the groups that visitors of a site reach only where a page asks for
// one by name.
func (b *Bridge) HiddenOn(s Site) []Group {
	return slices.DeleteFunc(b.choosable(s), func(g Group) bool { return !g.Hidden })
}

// choosable returns the groups that a first message on a site may go to: those that are
// shown, and those that are hidden.
func (b *Bridge) choosable(s Site) []Group {
	var all, named []Group
	shown := false
	for _, g := range b.Groups(s.Workspace) {
		if !g.Offered() {
			continue
		}
		all = append(all, g)
		if s.Offers(g.ID) {
			named = append(named, g)
			shown = shown || !g.Hidden
		}
	}
	if shown || len(s.Groups) == 0 {
		return named
	}
	for _, g := range all {
		if g.Default && !s.Offers(g.ID) {
			named = append(named, g)
		}
	}
	return named
}
