package bridge

import (
	"slices"
	"strings"
)

// AllowedFile reports whether files of this name and media type are sent on: images,
// sound, video, PDF, text, archives and office documents. What a browser or a computer
// may carry out when somebody opens it is not, whichever of the two says so, and what
// is not known is refused.
func AllowedFile(name, kind string) bool {
	if slices.Contains(refusedEndings, strings.ToLower(strings.TrimPrefix(extension(name), "."))) {
		return false
	}
	t := mediaType(kind)
	if slices.Contains(refusedTypes, t) {
		return false
	}
	family, _, _ := strings.Cut(t, "/")
	switch family {
	case "image", "audio", "video":
		return true
	}
	return slices.Contains(allowedTypes, t) ||
		strings.HasPrefix(t, "application/vnd.openxmlformats-officedocument.") ||
		strings.HasPrefix(t, "application/vnd.oasis.opendocument.")
}

// InlineImage reports whether visitors see files of this type in the conversation.
// These formats have nothing in them that could act.
func InlineImage(kind string) bool {
	switch mediaType(kind) {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return true
	}
	return false
}

// mediaType is a media type in lower case, without parameters.
func mediaType(t string) string {
	t, _, _ = strings.Cut(t, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

var (
	refusedTypes = []string{"image/svg+xml"} // scripts run in it

	allowedTypes = []string{
		"application/pdf", "application/rtf", "text/rtf",
		"text/plain", "text/csv", "text/tab-separated-values", "text/markdown", "text/calendar", "text/vcard",
		"application/json", "application/x-ndjson", "application/geo+json",
		"application/zip", "application/gzip", "application/x-7z-compressed", "application/x-rar-compressed",
		"application/vnd.rar", "application/x-tar", "application/x-bzip2", "application/x-xz", "application/zstd",
		"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/vnd.ms-outlook",
		"application/x-ole-storage", "application/vnd.apple.pages", "application/vnd.apple.numbers",
		"application/vnd.apple.keynote", "application/epub+zip", "application/ogg",
	}

	// refusedEndings are of what a double click starts, on any system, and of what a
	// browser takes for a page. Many of these look like plain text or an archive.
	refusedEndings = []string{
		"apk", "app", "appimage", "appx", "bash", "bat", "bin", "chm", "class", "cmd", "com", "command", "cpl", "csh", "deb",
		"desktop", "dll", "dmg", "elf", "exe", "gadget", "hta", "htm", "html", "img", "inf", "ins", "iso", "jar", "jnlp", "js",
		"jse", "ksh", "lnk", "mht", "mhtml", "mjs", "msc", "msi", "msix", "msp", "mst", "paf", "pif", "pkg", "pl", "ps1", "py",
		"rb", "reg", "rpm", "run", "scf", "scpt", "scr", "sct", "sh", "shb", "shtml", "svg", "svgz", "swf", "sys", "url", "vb",
		"vbe", "vbs", "vhd", "vhdx", "webloc", "workflow", "ws", "wsf", "wsh", "xhtml", "xht", "xml", "xpi", "xsl", "xslt", "zsh",
	}
)
