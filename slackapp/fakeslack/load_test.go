package fakeslack_test

import (
	"fmt"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// BenchmarkPost posts into a thread, with the echo delivered to nobody: the cost
// of one post to the workspace itself.
func BenchmarkPost(b *testing.B) {
	w := fakeslack.New(fakeslack.Config{Limits: fakeslack.Limits{Off: true}})
	app := w.InstallApp(fakeslack.App{Name: "x", Scopes: []string{"chat:write"}})
	chat := w.AddChannel("chat", false)
	w.AddToChannel(chat, app.BotUserID)
	body := fmt.Sprintf(`{"channel":%q,"text":"hello","blocks":[{"type":"rich_text","elements":[
		{"type":"rich_text_section","elements":[{"type":"text","text":"hello"}]}]}],
		"metadata":{"event_type":"entry","event_payload":{"ids":["a"]}},"username":"Jane"}`, chat)
	b.ReportAllocs()
	for b.Loop() {
		serve(w, "chat.postMessage", app.BotToken, body)
	}
}
