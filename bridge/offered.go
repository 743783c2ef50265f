package bridge

import "slices"

// Offered returns the groups that visitors of a site are shown to choose from, in the
// order of Groups. Where none of those that the site names can be chosen any more, it is
// the default group, so that nobody is left without.
func (b *Bridge) Offered(s Site) []Group {
	return slices.DeleteFunc(b.choosable(s), func(g Group) bool { return g.Hidden })
}

// choosable returns the groups that a first message on a site may go to: those that are
// offered, and those that are hidden, for pages that preset them.
func (b *Bridge) choosable(s Site) []Group {
	var all, named []Group
	for _, g := range b.Groups(s.Workspace) {
		if !g.Offered() {
			continue
		}
		all = append(all, g)
		if s.Offers(g.ID) {
			named = append(named, g)
		}
	}
	if len(named) > 0 || len(s.Groups) == 0 {
		return named
	}
	for _, g := range all {
		if g.Default {
			return []Group{g}
		}
	}
	return nil
}
