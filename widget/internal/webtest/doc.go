// Package webtest holds the built widget, web/dist, to what visitors and the owners
// of pages are promised, in a real browser: no finding of axe-core in any state and
// any look, everything by keyboard, the strictest page policies, the cost of a page
// view, and every message exactly once over a network that misbehaves.
//
// There is only testing here. Without Chromium, or without axe-core (npm ci
// --ignore-scripts in widget/web), what needs it is skipped with a line that says
// so; CHATGROUPS_REQUIRE_BROWSER=1 makes that a failure. CHATGROUPS_SHOTS names a
// folder for a picture of every state in every look.
package webtest
