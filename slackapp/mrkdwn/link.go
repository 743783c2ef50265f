package mrkdwn

import (
	"net/url"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// unnamedLink stands for a link that has no label and whose address is not shown.
const unnamedLink = "[link]"

// link gives a link. It leads where it says or shows where it leads; what a visitor
// cannot follow is text.
func link(target, label string) bridge.Span {
	target, label = strings.TrimSpace(target), strings.TrimSpace(label)
	shown := address(target)
	linkable := bridge.Linkable(target)
	switch {
	case shown == "":
		if label = withoutID(label); label == "" {
			return bridge.Span{Text: unnamedLink}
		}
		return bridge.Span{Text: label}
	case !linkable && label != "" && !saysTheSame(label, target):
		return bridge.Span{Text: label + " (" + shown + ")"}
	case !linkable:
		return bridge.Span{Text: shown}
	case label == "" || saysTheSame(label, target):
		return bridge.Span{Text: shown, Link: target}
	}
	return bridge.Span{Text: label, Link: target}
}

// address is how a link's target is written for people. It is "" unless a visitor
// may know it: slack:// and the like are for the agent's own client, javascript:
// and data: for nobody.
func address(target string) string {
	scheme, rest, _ := strings.Cut(target, ":")
	switch strings.ToLower(scheme) {
	case "http", "https":
		if strings.HasPrefix(rest, "//") && !intoWorkspace(target) {
			return target
		}
	case "mailto", "tel":
		return bridge.LinkText(target)
	}
	return ""
}

// intoWorkspace tells whether target is a permalink to a message, file or person
// in Slack, as "Copy link" gives it. Slack's own pages, such as its help, are none.
func intoWorkspace(target string) bool {
	if !slackID.MatchString(target) {
		return false
	}
	u, err := url.Parse(target)
	if err != nil {
		return true // who knows where a browser would take it
	}
	host := strings.ToLower(u.Hostname())
	return host == "slack.com" || strings.HasSuffix(host, ".slack.com")
}

// saysTheSame tells whether a label is the target itself as Slack shortens it when
// it finds an address in typed text.
func saysTheSame(label, target string) bool {
	if strings.HasPrefix(strings.ToLower(target), "tel:") {
		return dialled(label) == dialled(target[len("tel:"):])
	}
	return strings.EqualFold(bare(label), bare(target))
}

func bare(target string) string {
	for _, scheme := range []string{"https://", "http://", "mailto:"} {
		if len(target) >= len(scheme) && strings.EqualFold(target[:len(scheme)], scheme) {
			target = target[len(scheme):]
			break
		}
	}
	return strings.TrimSuffix(target, "/")
}

var grouping = strings.NewReplacer(" ", "", "\u00a0", "", "-", "", "(", "", ")", "", ".", "", "/", "")

// dialled drops what only groups the digits of a phone number.
func dialled(number string) string { return grouping.Replace(number) }
