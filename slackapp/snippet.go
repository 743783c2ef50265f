package slackapp

import (
	"cmp"
	"fmt"
	"html"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// A snippet is what a website needs to show a site's widget.
type snippet struct {
	html   string // for before </body> of each page
	policy string // what a Content-Security-Policy of these pages must have, if they have one
	nonced string // the script for pages whose policy has a nonce and 'strict-dynamic'
}

// snippetOf makes the snippet of a site.
func (a *App) snippetOf(s bridge.Site) snippet {
	public := strings.TrimSuffix(a.cfg.PublicURL, "/")
	title := cmp.Or(a.bridge.Load().Preview(s, s.Language).Title, "Chat with us")
	script := fmt.Sprintf(`src="%s/w/v1/%s.js"></script>`, public, s.ID)
	return snippet{
		html: fmt.Sprintf("<script async %s\n<noscript><a href=\"%s/c/%s\">%s</a></noscript>",
			script, public, s.ID, html.EscapeString(title)),
		// No style-src: the widget needs none.
		policy: fmt.Sprintf("script-src %[1]s; connect-src %[1]s %[2]s; img-src %[1]s", public, "ws"+strings.TrimPrefix(public, "http")),
		nonced: fmt.Sprintf(`<script async nonce="…" %s`, script),
	}
}
