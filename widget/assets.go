package widget

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// What internal/webbuild has made of web/src.
//
//go:embed web/dist/loader.js web/dist/panel.js web/dist/more.js web/dist/l
var built embed.FS

// Values of Cache-Control.
const (
	forever = "public, max-age=31536000, immutable"
	// A minute, so that a change of a site is seen soon; after that the old file
	// may be used while a new one is on its way.
	briefly = "public, max-age=60, stale-while-revalidate=600"
)

// asset is a file to serve, compressed once.
type asset struct {
	contentType string
	plain       []byte
	gzipped     []byte
	hash        string // of plain
}

func newAsset(contentType string, plain []byte) *asset {
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		panic(err) // the level is one of gzip's own
	}
	z.Write(plain) // to memory
	z.Close()
	sum := sha256.Sum256(plain)
	return &asset{contentType, plain, buf.Bytes(), hex.EncodeToString(sum[:8])}
}

// readAsset reads one of the files that are built into the program.
func readAsset(name string) []byte {
	data, err := fs.ReadFile(built, "web/dist/"+name)
	if err != nil {
		panic(err) // the compiler has seen it
	}
	return data
}

// newLocales reads the widget's languages, by the address within /w/v1/l/. The set
// has a name of its own, which the panel was built with, so that a panel gets its
// own set or none.
func newLocales() map[string]*asset {
	version := string(readAsset("l/version.txt"))
	files, err := fs.Glob(built, "web/dist/l/*.json")
	if err != nil {
		panic(err) // the pattern is a good one
	}
	locales := map[string]*asset{}
	for _, file := range files {
		name := path.Base(file)
		locales[version+"/"+name] = newAsset("application/json", readAsset("l/"+name))
	}
	return locales
}

// spokenLanguages returns the primary subtags of what the widget has texts in. Norwegian
// of either kind is read as bokmål.
func spokenLanguages(locales map[string]*asset) map[string]bool {
	spoken := map[string]bool{"en": true, "no": true, "nn": true}
	for name := range locales {
		language, _, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".json"), "-")
		spoken[language] = true
	}
	return spoken
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request, cacheControl string) {
	h := w.Header()
	anybody(h)
	h.Set("Cache-Control", cacheControl)
	h.Add("Vary", "Accept-Encoding")
	// Weak, because the same tag stands for both encodings.
	tag := `W/"` + a.hash + `"`
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", a.contentType)
	if acceptsGzip(r.Header) {
		h.Set("Content-Encoding", "gzip")
		w.Write(a.gzipped)
		return
	}
	w.Write(a.plain)
}

func acceptsGzip(h http.Header) bool {
	for coding := range strings.SplitSeq(h.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if strings.TrimSpace(name) == "gzip" {
			q := strings.TrimSpace(weight)
			return q != "q=0" && !strings.HasPrefix(q, "q=0.0")
		}
	}
	return false
}

// anybody lets pages of every origin load the answer: a widget's files stand on
// other people's pages, also where those are isolated.
func anybody(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Timing-Allow-Origin", "*")
}
