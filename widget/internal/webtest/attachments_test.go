package webtest_test

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
	attach := func(v *visit) {
		v.open()
		v.settle()
		v.run("choose files", `const data = new DataTransfer(), input = root.querySelector('input[type=file]');
			for (const file of [new File(['x'.repeat(40_000)], 'kettle.jpg'), new File([], 'empty.txt'), new File(['x'], 'setup.exe')]) data.items.add(file);
			input.files = data.files;
			input.dispatchEvent(new Event('change'))`)
		v.until("they are there", `root.querySelector('.tray li')`)
	}
	return []state{
		{name: "files", play: play{config: takes, lines: append(conversation(), shared, sent)}, reach: (*visit).open,
			ready: `texts('.file').length >= 2 && texts('.own .file').length === 1`},
		{name: "files-chosen", play: play{config: takes, lines: conversation()}, reach: attach,
			ready: `texts('.tray .error').some((s) => s.includes('setup.exe'))`},
		{name: "file-failed", play: play{config: takes, lines: conversation()}, reach: func(v *visit) {
			attach(v)
			v.run("send", `root.querySelector('.send').click()`)
		}, ready: `texts('.tray .why').some(Boolean)`},
	}
}
