package bridge

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ParseOrigin returns the origin that a person typed in the form browsers send
// it, or an error that says how an origin looks. What it returns, it returns
// unchanged when it is given it again.
func ParseOrigin(typed string) (string, error) {
	bad := func(why string) (string, error) {
		return "", Errorf(CodeInvalid, "%q is not an origin (%s): write it like https://shop.example or http://localhost:3000", typed, why)
	}
	u, err := url.Parse(strings.TrimSpace(typed))
	switch {
	case err != nil:
		return bad("it cannot be read as an address")
	case u.Scheme != "http" && u.Scheme != "https":
		return bad("it must start with https:// or http://")
	case u.Hostname() == "":
		return bad("it has no host")
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "", u.Path != "" && u.Path != "/":
		return bad("only scheme, host and port belong to it")
	case strings.Contains(u.Host, "*"):
		return bad("a * stands only in the place of the first part of a host that a site lets in")
	}
	host, why := originHost(u.Hostname(), strings.HasPrefix(u.Host, "["))
	if why != "" {
		return bad(why)
	}
	if u.Port() != "" {
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		if err != nil {
			return bad("a port is a number up to 65535")
		}
		if n != map[string]uint64{"http": 80, "https": 443}[u.Scheme] {
			host += ":" + strconv.FormatUint(n, 10)
		}
	}
	return u.Scheme + "://" + host, nil
}

// ParseAllowedOrigin is ParseOrigin for whose pages a site lets in, which may have *
// in the place of the first part of the host: https://*.shop.example are
// https://www.shop.example, https://de.shop.example and so on, neither
// https://shop.example nor https://a.b.shop.example. Two parts at least must follow, as
// nobody owns all of *.com.
func ParseAllowedOrigin(typed string) (string, error) {
	scheme, host, found := strings.Cut(strings.TrimSpace(typed), "://*.")
	if !found {
		return ParseOrigin(typed)
	}
	rest, err := ParseOrigin(scheme + "://" + host)
	if err != nil {
		return "", err
	}
	scheme, host, _ = strings.Cut(rest, "://")
	name, _, _ := strings.Cut(host, ":")
	parts := strings.Split(name, ".")
	_, notNumber := strconv.Atoi(parts[len(parts)-1])
	if len(parts) < 2 || slices.Contains(parts, "") || notNumber == nil || host[0] == '[' {
		return "", Errorf(CodeInvalid, "%q would let in too many or none: write it like https://*.shop.example, with two parts of a name after the star", typed)
	}
	return scheme + "://*." + host, nil
}

// allowedBy reports whether origin is one of those that allowed, of ParseAllowedOrigin,
// stands for.
func allowedBy(allowed, origin string) bool {
	scheme, rest, wild := strings.Cut(allowed, "://*.")
	if !wild {
		return origin != "" && origin == allowed
	}
	host, ok := strings.CutPrefix(origin, scheme+"://")
	first, under, dotted := strings.Cut(host, ".")
	return ok && dotted && first != "" && first != "*" && under == rest
}

// originHost returns a host as browsers write it, or why it is none.
func originHost(name string, brackets bool) (host, why string) {
	if brackets {
		addr, err := netip.ParseAddr(name)
		if err != nil || !addr.Is6() || addr.Zone() != "" {
			return "", "in brackets stands an IPv6 address"
		}
		if addr.Is4In6() {
			return "", "write an IPv4 address without brackets"
		}
		return "[" + addr.String() + "]", ""
	}
	host = strings.ToLower(name)
	for i := 0; i < len(host); i++ {
		switch c := host[i]; {
		case c >= 0x80:
			return "", "write the host in its ASCII form, xn--…"
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-', c == '.', c == '_':
		default:
			return "", "a host has letters, digits, dots and hyphens"
		}
	}
	return host, ""
}
