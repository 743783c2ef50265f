package mrkdwn

import (
	"net/url"
	"strings"
)

// unnamedLink stands for a link that has no label and whose address is not shown.
const unnamedLink = "[link]"

// link writes a link so that its real address is seen, whatever its label claims.
func link(target, label string) string {
	target, label = strings.TrimSpace(target), strings.TrimSpace(label)
	shown := address(target)
	switch {
	case shown == "":
		if label = withoutID(label); label == "" {
			return unnamedLink
		}
		return label
	case label == "" || saysTheSame(label, target):
		return shown
	}
	return label + " (" + shown + ")"
}

// address is how a link's target is written for people: mail and phone without the
// scheme. It is "" unless a visitor can follow it: slack:// and the like are for
// the agent's own client, javascript: and data: for nobody.
func address(target string) string {
	scheme, rest, _ := strings.Cut(target, ":")
	switch strings.ToLower(scheme) {
	case "http", "https":
		if strings.HasPrefix(rest, "//") && !intoWorkspace(target) {
			return target
		}
	case "mailto", "tel":
		return rest
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
