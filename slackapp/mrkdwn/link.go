package mrkdwn

import "strings"

// unnamedLink stands for a link that has no label and whose address is not shown.
const unnamedLink = "[link]"

// link writes a link so that its real address is seen, whatever its label claims.
// Only addresses that a visitor can follow are shown: slack:// and the like are
// for the agent's own client, and others (javascript:, data:) are for nobody.
func link(url, label string) string {
	url, label = strings.TrimSpace(url), strings.TrimSpace(label)
	address, ok := address(url)
	switch {
	case !ok && label == "":
		return unnamedLink
	case !ok:
		return label
	case label == "" || saysTheSame(label, url):
		return address
	}
	return label + " (" + address + ")"
}

// address is how a url is written for people: mail and phone without the scheme.
func address(url string) (string, bool) {
	scheme, rest, found := strings.Cut(url, ":")
	if !found || rest == "" {
		return "", false
	}
	switch strings.ToLower(scheme) {
	case "http", "https":
		return url, strings.HasPrefix(rest, "//")
	case "mailto", "tel":
		return rest, true
	}
	return "", false
}

// saysTheSame tells whether a label is the url itself as Slack shortens it when
// it finds an address in typed text.
func saysTheSame(label, url string) bool {
	if strings.HasPrefix(strings.ToLower(url), "tel:") {
		return dialled(label) == dialled(url[len("tel:"):])
	}
	return strings.EqualFold(bare(label), bare(url))
}

func bare(url string) string {
	for _, scheme := range []string{"https://", "http://", "mailto:"} {
		if len(url) >= len(scheme) && strings.EqualFold(url[:len(scheme)], scheme) {
			url = url[len(scheme):]
			break
		}
	}
	return strings.TrimSuffix(url, "/")
}

// dialled drops what only groups the digits of a phone number.
func dialled(number string) string {
	return strings.NewReplacer(" ", "", "\u00a0", "", "-", "", "(", "", ")", "", ".", "", "/", "").Replace(number)
}
