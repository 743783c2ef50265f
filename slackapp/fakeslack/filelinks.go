package fakeslack

import (
	"cmp"
	"slices"
	"strings"
)

// permalinkOf is the address of a file in the workspace, for people. Documented:
// objects/file-object, permalink.
func (w *Workspace) permalinkOf(user, id, name string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, strings.ToLower(name))
	return "https://" + w.cfg.Domain + ".slack.com/files/" + user + "/" + id + "/" + plain
}

// linkedFiles returns the files to whose permalinks an app's message links, in its
// text or its blocks, and that the app may see: the message shows them, and by that
// shares them. The caller holds w.mu.
//
// Observed: bolt-python issue 1018. Assumed: not where unfurl_media is false.
func (w *Workspace) linkedFiles(c *call, content *content) []*storedFile {
	if value, given := c.args["unfurl_media"]; given && value == "false" {
		return nil
	}
	links := map[string]bool{}
	for _, t := range token.FindAllStringSubmatch(content.text, -1) {
		address, _, _ := strings.Cut(t[1], "|")
		links[address] = true
	}
	linksIn(content.blocks, links)
	var files []*storedFile
	for _, f := range w.files {
		if links[f.info.Permalink] && !f.deleted && f.upload == nil && f.seenBy(c.in, c.grant.user) {
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b *storedFile) int { return cmp.Compare(a.info.ID, b.info.ID) })
	return files
}

// linksIn adds the addresses that decoded blocks link to.
func linksIn(blocks any, links map[string]bool) {
	switch b := blocks.(type) {
	case []any:
		for _, x := range b {
			linksIn(x, links)
		}
	case map[string]any:
		if b["type"] == "link" {
			address, _ := b["url"].(string)
			links[address] = true
		}
		for _, x := range b {
			linksIn(x, links)
		}
	}
}
