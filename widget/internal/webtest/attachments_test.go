package webtest_test

import "testing"

// attachments is the states in which files are before the visitor.
func attachments() []state {
	takes := object{"files": 10 << 20}
	shared := by("The manual, and how it should look")
	shared["files"] = []object{
		{"name": "manual.pdf", "type": "application/pdf", "size": 123_456, "url": "/w/v1/files/n6/0"},
		{"name": "light.png", "type": "image/png", "size": 45_000, "url": "/w/v1/files/n6/1"},
	}
	sent := own("")
	sent["files"] = []object{{"name": "kettle.mov", "type": "video/quicktime", "size": 5_300_000, "url": "/w/v1/files/n7/0"}}
	choose := func(v *visit) {
		v.run("choose files", `const data = new DataTransfer(), input = root.querySelector('input[type=file]');
			for (const file of [new File(['x'.repeat(40_000)], 'kettle.jpg'), new File([], 'empty.txt'), new File(['x'], 'setup.exe')]) data.items.add(file);
			input.files = data.files;
			input.dispatchEvent(new Event('change'))`)
		v.until("they are there", `root.querySelector('.tray li')`)
	}
	attach := func(v *visit) {
		v.open()
		v.settle()
		choose(v)
	}
	return []state{
		{name: "files", play: play{config: takes, lines: append(conversation(), shared, sent)}, reach: (*visit).open,
			ready: `texts('.file').length >= 2 && texts('.own .file').length === 1`},
		{name: "first-files-chosen", play: play{config: takes}, reach: func(v *visit) { v.open(); v.choose("Tech"); choose(v) },
			ready: `root.querySelector('.chooser .tray li')`},
		{name: "files-chosen", play: play{config: takes, lines: conversation()}, reach: attach,
			ready: `texts('.tray .error').some((s) => s.includes('setup.exe'))`},
		{name: "file-failed", play: play{config: takes, lines: conversation()}, reach: func(v *visit) {
			attach(v)
			v.run("send", `root.querySelector('.send').click()`)
		}, ready: `texts('.tray .why').some(Boolean)`},
	}
}

// Visitors may begin with a file: to the group that they chose, with words or without.
func TestAFileBeginsAConversation(t *testing.T) {
	for words, want := range map[string]string{"": "kettle.txt", "My kettle": "My kettle,kettle.txt"} {
		t.Run("with the words "+words, func(t *testing.T) {
			network := newProxy(t, 1, false)
			network.calm.Store(true)
			h := newHouse(t, network)
			v := &visit{tab: newTab(t)}
			v.chat(h)
			v.until("files are taken", `button('Attach a file').offsetParent`)
			v.run("choose a file", `const data = new DataTransfer(), input = root.querySelector('input[type=file]');
				data.items.add(new File(['It does not boil'], 'kettle.txt'));
				input.files = data.files;
				input.dispatchEvent(new Event('change'))`)
			v.until("it is there", `root.querySelector('.chooser .tray li')`)
			v.write(words)
			v.run("start", `root.querySelector('.chooser').requestSubmit()`)
			v.until("both have arrived, in order", `texts('.own :is(.bubble > bdi, .name)').filter(Boolean).join() === '`+want+`' && !root.querySelector('.wait, .tray li')`)
			v.until("the composer takes files from now on", `root.querySelector('.composer').contains(button('Attach a file'))`)
		})
	}
}
