package main

import (
	"embed"
	"io/fs"
	"net/http"
)

// demoFiles are the page of the demo and its sample shop: plain HTML, CSS and
// JavaScript.
//
//go:embed demopage
var demoFiles embed.FS

// demoPaths are the files by where they are served.
var demoPaths = map[string]string{
	"/{$}":           "index.html",
	"/demo/shop":     "shop.html",
	"/demo/demo.css": "demo.css",
	"/demo/demo.js":  "demo.js",
	"/demo/shop.css": "shop.css",
	"/demo/icon.svg": "icon.svg",
}

// demoPolicy lets the pages load what this program serves and nothing else. The
// shop has it too: the widget is to work on strict pages.
const demoPolicy = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// demoPage serves the page of the demo at /, with a sample shop beside the
// simulated Slack, which it expects at /sim/ui/, and what belongs to it below
// /demo/. The shop loads the widget of the site main.
func demoPage() http.Handler {
	files, err := fs.Sub(demoFiles, "demopage")
	if err != nil {
		panic("chatgroups: " + err.Error()) // the folder is embedded above
	}
	mux := http.NewServeMux()
	for path, name := range demoPaths {
		mux.HandleFunc("GET "+path, func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Security-Policy", demoPolicy)
			rw.Header().Set("X-Content-Type-Options", "nosniff")
			rw.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(rw, r, files, name)
		})
	}
	return mux
}
