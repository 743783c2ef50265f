package main_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// picture is a small image of one colour.
func picture(t *testing.T, c color.Color) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 320, 200))
	for x := range 320 {
		for y := range 200 {
			img.Set(x, y, c)
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// file writes a file for the browser to choose.
func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// choose gives files to the widget's file input, as the dialog of the browser would.
func (p page) choose(paths ...string) {
	p.t.Helper()
	p.do("choose files", chromedp.SetUploadFiles(chromedp.JSPath(`document.querySelector('chatgroups-widget').shadowRoot.querySelector('input[type=file]')`), paths))
}

func TestFilesGoBothWaysInABrowser(t *testing.T) {
	ctx := browser(t)
	w := newWorld(t, fakeslack.Config{})
	// On another origin than the bridge's: every request passes a browser's questions.
	site := shop(t, &w.base)
	w.env = append(w.env, "CHATGROUPS_ORIGINS="+site)
	ann := w.slack.AddPerson(fakeslack.Person{Name: "ann", RealName: "Ann Lee"}).ID
	p := w.start(t, "serve")
	defer p.kill()
	w.ready(t, p)
	tech := w.group(t, "Tech", ann)

	v := page{t, ctx}
	v.do("open the page", chromedp.Navigate(site+"/?lang=en"))
	v.until("the launcher is there", `root.querySelector('button.launcher')`)
	v.run("open the chat", openPanel)
	v.until("the question is there", `root.querySelector('#first-message') && texts('button').includes('Start chat')`)
	v.run("write", `root.querySelector('#first-message').focus();`)
	v.do("write", chromedp.KeyEvent("See these"))
	v.run("send", `[...root.querySelectorAll('button')].find((b) => b.textContent.trim() === 'Start chat').click();`)
	root := w.waitRoot(t, tech)
	w.waitLine(t, tech, root, "See these")
	v.until("files can be attached", `root.querySelector('.composer [aria-label="Attach a file"]:not([hidden])')`)

	// Three are chosen, one of which cannot be sent and one is taken away again.
	red := picture(t, color.RGBA{200, 30, 30, 255})
	v.choose(file(t, "red.png", red), file(t, "page.html", []byte("<p>")), file(t, "notes.txt", []byte("not this one")))
	v.until("what cannot be sent is said", `root.querySelector('.tray .error')?.textContent.includes('page.html')`)
	v.until("two files wait", `root.querySelectorAll('.tray li').length === 2`)
	v.shot("files-1-waiting")
	v.run("take one away", `[...root.querySelectorAll('.tray button')].find((b) => b.getAttribute('aria-label')?.includes('notes.txt')).click();`)
	v.until("one is left, and the focus is in the panel", `root.querySelectorAll('.tray li').length === 1 && root.activeElement`)
	v.run("write with it", `root.querySelector('.composer textarea').focus();`)
	v.do("write", chromedp.KeyEvent("and this"))
	v.run("send", `root.querySelector('.composer .send').click();`)
	w.waitLine(t, tech, root, "and this")
	w.waitFile(t, tech, root, "red.png", red)
	v.until("the visitor sees the picture", `[...root.querySelectorAll('.own .picture img')].some((i) => i.alt === 'red.png' && i.complete && i.naturalWidth === 320)`)
	v.until("nothing waits any more", `!root.querySelector('.tray li')`)
	v.until("and no other file was sent", `root.querySelectorAll('.own .picture, .own .file').length === 1`)

	blue := picture(t, color.RGBA{30, 30, 200, 255})
	if _, err := w.slack.Say(ann, tech, "like so?", fakeslack.InThread(root), fakeslack.Attach(
		fakeslack.File{Name: "blue.png", Mimetype: "image/png", Content: blue},
		fakeslack.File{Name: "plan.pdf", Mimetype: "application/pdf", Content: []byte("%PDF-1.7 plan")})); err != nil {
		t.Fatal(err)
	}
	v.until("the visitor sees the agent's picture", `[...root.querySelectorAll('.message:not(.own) .picture img')].some((i) => i.alt === 'blue.png' && i.naturalWidth === 320)`)
	v.until("and the other file as a card", `texts('.message:not(.own) .file').some((s) => s.includes('plan.pdf') && s.includes('PDF'))`)
	v.shot("files-2-both")
	box := eval[[]float64](v, "measure", `const b = root.querySelector('.message:not(.own) .picture').getBoundingClientRect(); return [b.width, b.height];`)
	if box[0] > 240 || box[1] != 180 {
		t.Errorf("the picture's box is %v", box)
	}

	// A file that cannot go now stays, and goes when it is tried again; the words went.
	w.slack.Fail("files.getUploadURLExternal", 1, fakeslack.Refuse("missing_scope"))
	v.choose(file(t, "late.txt", []byte("better late")))
	v.until("it waits", `root.querySelectorAll('.tray li').length === 1`)
	v.run("write with it", `root.querySelector('.composer textarea').focus();`)
	v.do("write", chromedp.KeyEvent("one more"))
	v.run("send", `root.querySelector('.composer .send').click();`)
	w.waitLine(t, tech, root, "one more")
	v.until("its failure is said", `root.querySelector('.tray .why')?.textContent.includes('could not be sent')`)
	v.shot("files-3-failed")
	v.run("try again", `root.querySelector('.tray .link').click();`)
	w.waitFile(t, tech, root, "late.txt", []byte("better late"))

	// One is cancelled on its way, two come by paste and drop.
	w.slack.Fail("files.getUploadURLExternal", 1, fakeslack.Slow(3*time.Second))
	v.choose(file(t, "never.txt", []byte("not sent")))
	v.until("it waits", `root.querySelectorAll('.tray li').length === 1`)
	v.run("send", `root.querySelector('.composer .send').click();`)
	v.until("it is on its way", `root.querySelector('.tray progress:not([hidden])')`)
	v.run("cancel", `root.querySelector('.tray [aria-label^="Cancel"]').click();`)
	v.until("it is gone", `!root.querySelector('.tray li')`)
	w.slack.ClearFaults()
	v.run("paste", `const d = new DataTransfer(); d.items.add(new File(['pasted'], 'pasted.txt'));
		root.querySelector('.composer textarea').dispatchEvent(new ClipboardEvent('paste', {clipboardData: d, bubbles: true, cancelable: true}))`)
	v.run("drop", `const d = new DataTransfer(); d.items.add(new File(['dropped'], 'dropped.txt'));
		root.querySelector('.log').dispatchEvent(new DragEvent('dragover', {dataTransfer: d, bubbles: true, cancelable: true}));
		root.querySelector('.log').dispatchEvent(new DragEvent('drop', {dataTransfer: d, bubbles: true, cancelable: true}))`)
	v.until("both wait", `root.querySelectorAll('.tray li').length === 2 && !root.querySelector('.drop')`)
	v.run("send", `root.querySelector('.composer .send').click();`)
	w.waitFile(t, tech, root, "pasted.txt", []byte("pasted"))
	w.waitFile(t, tech, root, "dropped.txt", []byte("dropped"))
	for _, m := range w.slack.Thread(tech, root) {
		for _, f := range m.Files {
			if f.Name == "never.txt" || f.Name == "notes.txt" {
				t.Errorf("%s was sent", f.Name)
			}
		}
	}

	// All of it is there again after a reload.
	v.do("reload", chromedp.Reload())
	v.until("the launcher is there again", `root.querySelector('button.launcher')`)
	v.run("open the chat", `if (!root.querySelector('.panel:not([hidden])')) root.querySelector('button.launcher').click();`)
	for _, name := range []string{"red.png", "blue.png"} {
		v.until(name+" is there again", `root.querySelector('.picture img[alt="`+name+`"]')`)
		v.run("look at it", `root.querySelector('.picture img[alt="`+name+`"]').scrollIntoView()`)
		v.until("it is to be seen", `root.querySelector('.picture img[alt="`+name+`"]').naturalWidth === 320`)
	}
}

// waitFile waits for the app to show a file with this content in a thread.
func (w *world) waitFile(t *testing.T, channel, root, name string, content []byte) {
	t.Helper()
	w.wait(t, "the file "+name, func() bool {
		for _, m := range w.slack.Thread(channel, root) {
			for _, f := range m.Files {
				if f.Name == name && f.Size == len(content) && m.Username != "" {
					return true
				}
			}
		}
		return false
	})
}
