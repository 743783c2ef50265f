package fakeslack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// form is a modal with one optional input block "x" around an element.
func form(element string) string {
	return `{"type":"modal","title":{"type":"plain_text","text":"Form"},"submit":{"type":"plain_text","text":"Go"},"blocks":[
		{"type":"input","block_id":"x","optional":true,"label":{"type":"plain_text","text":"X"},"element":` + element + `}]}`
}

func element(kind, more string) string { return `{"type":"` + kind + `","action_id":"x"` + more + `}` }

func option(text string) string {
	return `{"text":{"type":"plain_text","text":"` + text + `"},"value":"` + strings.ToLower(text) + `"}`
}

// What each input says to the app after somebody has filled it in.
func TestEachInputIsFilledIn(t *testing.T) {
	shows(t, 57)
	w := newWorld(t)
	l := w.connect()
	file := must[string](t)(w.Upload(w.ann.ID, fakeslack.File{Name: "hours.ics", Content: []byte("BEGIN:VCALENDAR")}))
	options := `,"options":[` + option("Red") + `,` + option("Blue") + `]`
	for name, row := range map[string]struct {
		element string
		fill    []string
		path    string // in the state of the input
		want    any
	}{
		"plain text":      {element("plain_text_input", ""), []string{"Tech"}, "value", "Tech"},
		"email":           {element("email_text_input", ""), []string{"a@example.com"}, "value", "a@example.com"},
		"url":             {element("url_text_input", ""), []string{"https://example.com/a"}, "value", "https://example.com/a"},
		"number":          {element("number_input", `,"is_decimal_allowed":true`), []string{"1.5"}, "value", "1.5"},
		"date":            {element("datepicker", ""), []string{"2027-03-01"}, "selected_date", "2027-03-01"},
		"time":            {element("timepicker", ""), []string{"08:30"}, "selected_time", "08:30"},
		"moment":          {element("datetimepicker", ""), []string{"1800000000"}, "selected_date_time", 1800000000.0},
		"static select":   {element("static_select", options), []string{"blue"}, "selected_option.text.text", "Blue"},
		"grouped select":  {element("static_select", `,"option_groups":[{"label":{"type":"plain_text","text":"Warm"},"options":[`+option("Red")+`]}]`), []string{"red"}, "selected_option.value", "red"},
		"radio buttons":   {element("radio_buttons", options), []string{"red"}, "selected_option.value", "red"},
		"person":          {element("users_select", ""), []string{w.bob.ID}, "selected_user", w.bob.ID},
		"channel":         {element("channels_select", ""), []string{w.chat}, "selected_channel", w.chat},
		"conversation":    {element("conversations_select", `,"filter":{"include":["public"]}`), []string{w.chat}, "selected_conversation", w.chat},
		"rich text":       {element("rich_text_input", ""), []string{"*Bold*"}, "rich_text_value.type", "rich_text"},
		"nothing at all":  {element("plain_text_input", ""), nil, "value", nil},
		"no rich text":    {element("rich_text_input", ""), []string{""}, "rich_text_value", nil},
		"no moment":       {element("datetimepicker", ""), []string{""}, "selected_date_time", nil},
		"checkboxes":      {element("checkboxes", options), []string{"red", "blue"}, "selected_options", 2},
		"several options": {element("multi_static_select", options), []string{"red"}, "selected_options", 1},
		"several people":  {element("multi_users_select", ""), []string{w.ann.ID, w.bob.ID}, "selected_users", 2},
		"several rooms":   {element("multi_channels_select", ""), []string{w.chat}, "selected_channels", 1},
		"several of all":  {element("multi_conversations_select", ""), []string{w.chat}, "selected_conversations", 1},
		"a file":          {element("file_input", `,"filetypes":["ics"]`), []string{file}, "files", 1},
	} {
		t.Run(name, func(t *testing.T) {
			w.opens(l, form(row.element)).ok(t)
			_, e, err := w.submits(l, map[string][]string{"x": row.fill})
			if err != nil {
				t.Fatal(err)
			}
			got := dig(e.Payload, "view.state.values.x.x."+row.path)
			if list, many := got.([]any); many {
				got = len(list)
			}
			if got != row.want {
				t.Errorf("the app is told %v, want %v: %v", got, row.want, dig(e.Payload, "view.state"))
			}
		})
	}
}

// What Slack's form refuses never reaches the app.
func TestTheFormRefusesByItself(t *testing.T) {
	shows(t, 57)
	w := newWorld(t)
	l := w.connect()
	long := must[string](t)(w.Upload(w.ann.ID, fakeslack.File{Name: "a.txt", Content: []byte("x")}))
	for name, row := range map[string]struct {
		element string
		fill    []string
		says    string
	}{
		"too short":       {element("plain_text_input", `,"min_length":3`), []string{"ab"}, "at least 3"},
		"too long":        {element("plain_text_input", `,"max_length":3`), []string{"abcd"}, "no more than 3"},
		"far too long":    {element("plain_text_input", ""), []string{strings.Repeat("x", 3001)}, "no more than 3000"},
		"no email":        {element("email_text_input", ""), []string{"Ann <a@example.com>"}, "email"},
		"no address":      {element("url_text_input", ""), []string{"example.com"}, "URL"},
		"no number":       {element("number_input", `,"is_decimal_allowed":false`), []string{"1.5"}, "number"},
		"below":           {element("number_input", `,"is_decimal_allowed":false,"min_value":"5"`), []string{"4"}, "5 or more"},
		"above":           {element("number_input", `,"is_decimal_allowed":false,"max_value":"5"`), []string{"6"}, "5 or less"},
		"no date":         {element("datepicker", ""), []string{"2027-02-30"}, "date"},
		"no time":         {element("timepicker", ""), []string{"24:00"}, "time"},
		"too many people": {element("multi_users_select", `,"max_selected_items":1`), []string{w.ann.ID, w.bob.ID}, "no more than 1"},
		"another file":    {element("file_input", `,"filetypes":["ics"]`), []string{long}, "a.txt"},
		"too many files":  {element("file_input", `,"max_files":1`), []string{long, long}, "no more than 1"},
		"required":        {element("plain_text_input", ""), []string{""}, "complete this required field"},
	} {
		t.Run(name, func(t *testing.T) {
			view := form(row.element)
			if name == "required" {
				view = strings.Replace(view, `"optional":true,`, "", 1)
			}
			w.opens(l, view).ok(t)
			_, err := w.SubmitView(w.ctx(), w.ann.ID, map[string][]string{"x": row.fill})
			var refused fakeslack.FormError
			if !errors.As(err, &refused) || !strings.Contains(refused["x"], row.says) {
				t.Errorf("got %v, want %q", err, row.says)
			}
		})
	}
}

func TestWhatAnElementDoesNotOfferCannotBeChosen(t *testing.T) {
	shows(t, 57)
	w := newWorld(t)
	l := w.connect()
	secret := w.AddChannel("secret", true, w.bob.ID)
	inside := w.AddChannel("inside", true, w.ann.ID)
	gone := w.AddPerson(fakeslack.Person{Name: "gone", Deleted: true})
	bot := must[string](t)(w.OpenDM(w.ann.ID, w.app.BotUserID))
	others := must[string](t)(w.Upload(w.bob.ID, fakeslack.File{Name: "a.txt"}))
	for name, row := range map[string]struct{ element, value string }{
		"somebody who is gone":     {element("users_select", ""), gone.ID},
		"a private channel":        {element("channels_select", ""), inside},
		"a channel one is not in":  {element("conversations_select", ""), secret},
		"a kind that is left out":  {element("conversations_select", `,"filter":{"include":["public","im"]}`), inside},
		"a bot, where left out":    {element("conversations_select", `,"filter":{"exclude_bot_users":true}`), bot},
		"somebody else's file":     {element("file_input", ""), others},
		"words instead of seconds": {element("datetimepicker", ""), "noon"},
	} {
		t.Run(name, func(t *testing.T) {
			w.opens(l, form(row.element)).ok(t)
			if err := w.FillView(w.ann.ID, map[string][]string{"x": {row.value}}); err == nil {
				t.Errorf("%s was chosen", row.value)
			}
		})
	}
	w.opens(l, form(element("conversations_select", ""))).ok(t)
	if err := w.FillView(w.ann.ID, map[string][]string{"x": {inside}}); err != nil {
		t.Error(err)
	}
}

func TestASubmittedFileCanBeReadByTheApp(t *testing.T) {
	shows(t, 57)
	w := newWorld(t)
	l := w.connect()
	file := must[string](t)(w.Upload(w.ann.ID, fakeslack.File{Name: "hours.ics", Content: []byte("BEGIN")}))
	w.call("files.info", "file", file).refused(t, "file_not_found")
	w.opens(l, form(element("file_input", ""))).ok(t)
	_, e, err := w.submits(l, map[string][]string{"x": {file}})
	if err != nil {
		t.Fatal(err)
	}
	files, _ := dig(e.Payload, "view.state.values.x.x.files").([]any)
	if len(files) != 1 || dig(files[0], "id") != file || dig(files[0], "url_private_download") == nil {
		t.Fatalf("the app is told of %v", files)
	}
	w.call("files.info", "file", file).ok(t)
}

func TestAnInputTellsTheAppOnlyWhereItAsked(t *testing.T) {
	shows(t, 57)
	w := newWorld(t)
	l := w.connect()
	w.opens(l, form(element("plain_text_input", ""))).ok(t)
	if err := w.ClickView(w.ctx(), w.ann.ID, "x", "typed"); err == nil {
		t.Error("the app was told of an input without dispatch_action")
	}
	w.opens(l, strings.Replace(form(element("plain_text_input", "")), `"optional"`, `"dispatch_action":true,"optional"`, 1)).ok(t)
	var e envelope
	_, err := during(t, func() (any, error) { return nil, w.ClickView(w.ctx(), w.ann.ID, "x", "typed") }, func() { e = l.next(); l.ack(e) })
	if actions, _ := e.Payload["actions"].([]any); err != nil || len(actions) != 1 || dig(actions[0], "value") != "typed" {
		t.Errorf("the app is told of %v, %v", e.Payload["actions"], err)
	}
}

func TestAModalWithoutAWorkingButtonIsNotSubmitted(t *testing.T) {
	shows(t, 57)
	w := newWorld(t)
	l := w.connect()
	for name, view := range map[string]string{
		"no button":          `{"type":"modal","title":{"type":"plain_text","text":"Read"},"blocks":[{"type":"divider"}]}`,
		"a switched off one": strings.Replace(form(element("plain_text_input", "")), `"type":"modal"`, `"type":"modal","submit_disabled":true`, 1),
	} {
		w.opens(l, view).ok(t)
		if _, err := w.SubmitView(w.ctx(), w.ann.ID, nil); err == nil {
			t.Errorf("%s was pressed", name)
		}
	}
}

func TestTheErrorsOfASubmissionAreOfInputBlocks(t *testing.T) {
	shows(t, 39)
	w := newWorld(t)
	l := w.connect()
	w.opens(l, modal).ok(t)
	_, _, err := w.submits(l, map[string][]string{"name": {"x"}},
		map[string]any{"response_action": "errors", "errors": map[string]string{"kind": "a menu in an actions block"}})
	if err == nil {
		t.Error("an error of a block that is no input passes")
	}
}

func TestElementsAreChecked(t *testing.T) {
	shows(t, 39)
	w := newWorld(t)
	l := w.connect()
	var many []string
	for i := range 101 {
		many = append(many, option(fmt.Sprint("O", i)))
	}
	red := `,"options":[` + option("Red") + `]`
	for name, row := range map[string]struct{ element, says string }{
		"101 options":            {element("static_select", `,"options":[`+strings.Join(many, ",")+`]`), "no more than 100 items"},
		"101 of a group":         {element("static_select", `,"option_groups":[{"label":{"type":"plain_text","text":"G"},"options":[`+strings.Join(many, ",")+`]}]`), "no more than 100 items"},
		"options and groups":     {element("static_select", red+`,"option_groups":[{"label":{"type":"plain_text","text":"G"},"options":[`+option("Red")+`]}]`), "only one of options and option_groups"},
		"neither":                {element("static_select", ""), "missing required field: options or option_groups"},
		"11 boxes":               {element("checkboxes", `,"options":[`+strings.Join(many[:11], ",")+`]`), "no more than 10 items"},
		"another beginning":      {element("static_select", red+`,"initial_option":`+option("Blue")), "the initial option must be one of the options"},
		"long option":            {element("static_select", `,"options":[`+option(strings.Repeat("x", 76))+`]`), "must be less than 76 characters"},
		"lengths the wrong way":  {element("plain_text_input", `,"min_length":5,"max_length":4`), "must not be greater than max_length"},
		"too much length":        {element("plain_text_input", `,"max_length":3001`), "must be less than or equal to 3000"},
		"numbers the wrong way":  {element("number_input", `,"is_decimal_allowed":false,"min_value":"5","max_value":"4"`), "must not be greater than max_value"},
		"a number that is one":   {element("number_input", `,"is_decimal_allowed":false,"min_value":5`), "must be a number as a string"},
		"no kind of number":      {element("number_input", ""), "missing required field: is_decimal_allowed"},
		"no date":                {element("datepicker", `,"initial_date":"2027-02-30"`), "must be written as"},
		"no moment":              {element("datetimepicker", `,"initial_date_time":12`), "must be greater than or equal to"},
		"too many files":         {element("file_input", `,"max_files":11`), "must be less than or equal to 10"},
		"an unknown filter":      {element("conversations_select", `,"filter":{"include":["secret"]}`), "must be one of: im, mpim, private, public"},
		"an empty filter":        {element("conversations_select", `,"filter":{}`), "missing required field"},
		"an unknown trigger":     {element("plain_text_input", `,"dispatch_action_config":{"trigger_actions_on":["on_blur"]}`), "must be one of"},
		"a rich text of nothing": {element("rich_text_input", `,"initial_value":{"type":"section"}`), "unsupported type"},
		"none to choose":         {element("multi_users_select", `,"max_selected_items":0`), "must be greater than or equal to 1"},
		"a long placeholder":     {element("plain_text_input", `,"placeholder":{"type":"plain_text","text":"`+strings.Repeat("x", 151)+`"}`), "must be less than 151 characters"},
		"an unknown property":    {element("plain_text_input", `,"placehodler":1`), "invalid additional property: placehodler"},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.opens(l, form(row.element))
			a.refused(t, "invalid_arguments")
			if !strings.Contains(a.raw, row.says) {
				t.Errorf("got %s, want %q", a.raw, row.says)
			}
		})
	}
	two := `{"type":"input","label":{"type":"plain_text","text":"A"},"element":{"type":"plain_text_input","focus_on_load":true}}`
	a := w.opens(l, `{"type":"modal","title":{"type":"plain_text","text":"F"},"submit":{"type":"plain_text","text":"Go"},"blocks":[`+two+`,`+two+`]}`)
	if a.refused(t, "invalid_arguments"); !strings.Contains(a.raw, "focus_on_load") {
		t.Errorf("got %s", a.raw)
	}
}

func TestAHomeTabsExternalIDIsUnique(t *testing.T) {
	shows(t, 39)
	w := newWorld(t)
	home := `{"type":"home","external_id":"one","blocks":[]}`
	w.call("views.publish", "user_id", w.ann.ID, "view", home).ok(t)
	w.call("views.publish", "user_id", w.ann.ID, "view", home).ok(t) // the same one again
	w.call("views.publish", "user_id", w.bob.ID, "view", home).refused(t, "duplicate_external_id")
}

func TestAMenuOfConversationsBeginsWhereTheModalWasOpened(t *testing.T) {
	shows(t, 66)
	w := newWorld(t)
	l := w.connect()
	for kind, path := range map[string]string{"conversations_select": "selected_conversation", "multi_conversations_select": "selected_conversations"} {
		w.opens(l, form(element(kind, `,"default_to_current_conversation":true`))).ok(t)
		_, e, err := w.submits(l, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(dig(e.Payload, "view.state.values.x.x."+path)); strings.Trim(got, "[]") != w.chat {
			t.Errorf("%s begins with %s", kind, got)
		}
	}
}

func TestAChosenConversationComesWithAResponseURL(t *testing.T) {
	shows(t, 66)
	w := newWorld(t)
	l := w.connect()
	w.opens(l, form(element("conversations_select", `,"response_url_enabled":true`))).ok(t)
	_, e, err := w.submits(l, map[string][]string{"x": {w.chat}})
	urls, _ := e.Payload["response_urls"].([]any)
	if err != nil || len(urls) != 1 || dig(urls[0], "channel_id") != w.chat || dig(urls[0], "block_id") != "x" || dig(urls[0], "action_id") != "x" {
		t.Fatalf("got %v, %v", urls, err)
	}
	respond := func() int {
		resp, err := http.Post(dig(urls[0], "response_url").(string), "application/json", strings.NewReader(`{"text":"Made","response_type":"in_channel"}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if code := respond(); code != http.StatusOK || len(w.Messages(w.chat)) != 1 {
		t.Errorf("answered %d, the channel has %v", code, w.Messages(w.chat))
	}
	l.tells("message")
	w.opens(l, form(element("conversations_select", ""))).ok(t)
	_, e, err = w.submits(l, map[string][]string{"x": {w.chat}})
	if urls, _ := e.Payload["response_urls"].([]any); err != nil || len(urls) != 0 {
		t.Errorf("a menu that asked for none gives %v, %v", urls, err)
	}
}

// External menus ----------------------------------------------------------------

const external = `{"type":"external_select","action_id":"x","min_query_length":2}`

func TestAnAppSuggestsOptionsWhileSomebodyTypes(t *testing.T) {
	shows(t, 58)
	w := newWorld(t)
	l := w.connect()
	w.opens(l, form(external)).ok(t)
	if err := w.FillView(w.ann.ID, map[string][]string{"x": {"tech"}}); err == nil || !strings.Contains(err.Error(), "Suggest") {
		t.Errorf("what nobody suggested was chosen: %v", err)
	}
	if _, err := w.Suggest(w.ctx(), w.ann.ID, "x", "t"); err == nil {
		t.Error("the app is asked too early")
	}
	var e envelope
	got, err := during(t, func() ([]fakeslack.Choice, error) { return w.Suggest(w.ctx(), w.ann.ID, "x", "te") }, func() {
		e = l.next()
		l.ack(e, json.RawMessage(`{"options":[`+option("Tech")+`,`+option("Tea")+`]}`))
	})
	if err != nil || !slices.Equal(got, []fakeslack.Choice{{Text: "Tech", Value: "tech"}, {Text: "Tea", Value: "tea"}}) {
		t.Fatalf("got %v, %v", got, err)
	}
	if p := e.Payload; !e.Accepts || p["type"] != "block_suggestion" || p["value"] != "te" || p["action_id"] != "x" || p["block_id"] != "x" ||
		dig(p, "view.type") != "modal" || dig(p, "user.id") != w.ann.ID {
		t.Errorf("the app is asked %v", p)
	}
	_, e, err = w.submits(l, map[string][]string{"x": {"tech"}})
	if err != nil || dig(e.Payload, "view.state.values.x.x.selected_option.text.text") != "Tech" {
		t.Errorf("the app is told %v, %v", dig(e.Payload, "view.state"), err)
	}
}

func TestSuggestionsAreCheckedAsOptionsAre(t *testing.T) {
	shows(t, 58)
	w := newWorld(t)
	l := w.connect()
	w.opens(l, form(external)).ok(t)
	var many []string
	for i := range 101 {
		many = append(many, option(fmt.Sprint("O", i)))
	}
	for name, row := range map[string]struct {
		answer []any
		fine   bool
	}{
		"groups":      {[]any{json.RawMessage(`{"option_groups":[{"label":{"type":"plain_text","text":"Warm"},"options":[` + option("Red") + `]}]}`)}, true},
		"none":        {[]any{json.RawMessage(`{"options":[]}`)}, true},
		"nothing":     {nil, false},
		"101 options": {[]any{json.RawMessage(`{"options":[` + strings.Join(many, ",") + `]}`)}, false},
		"other words": {[]any{json.RawMessage(`{"choices":[]}`)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := during(t, func() ([]fakeslack.Choice, error) { return w.Suggest(w.ctx(), w.ann.ID, "x", "te") }, func() { l.ack(l.next(), row.answer...) })
			if (err == nil) != row.fine {
				t.Errorf("got %v, %v", got, err)
			}
			if name == "groups" && !slices.Equal(got, []fakeslack.Choice{{Text: "Red", Value: "red", Group: "Warm"}}) {
				t.Errorf("got %v", got)
			}
		})
	}
	w.opens(l, form(element("plain_text_input", ""))).ok(t)
	if _, err := w.Suggest(w.ctx(), w.ann.ID, "x", "text"); err == nil {
		t.Error("a box for text gets suggestions")
	}
}

func TestAMenuInTheHomeTabGetsSuggestionsToo(t *testing.T) {
	shows(t, 58)
	w := newWorld(t)
	l := w.connect()
	ask := func() ([]fakeslack.Choice, error) {
		return w.SuggestHome(w.ctx(), w.ann.ID, w.app.AppID, "x", "te")
	}
	if _, err := ask(); err == nil {
		t.Error("a Home tab that is not there has suggestions")
	}
	w.call("views.publish", "user_id", w.ann.ID, "view", `{"type":"home","blocks":[{"type":"actions","block_id":"b","elements":[`+external+`]}]}`).ok(t)
	var e envelope
	_, err := during(t, ask, func() { e = l.next(); l.ack(e, json.RawMessage(`{"options":[`+option("Tech")+`]}`)) })
	if err != nil || dig(e.Payload, "view.type") != "home" || e.Payload["block_id"] != "b" {
		t.Fatalf("the app is asked %v, %v", e.Payload, err)
	}
	_, err = during(t, func() (any, error) { return nil, w.ClickHome(w.ctx(), w.ann.ID, w.app.AppID, "x", "tech") }, func() { e = l.next(); l.ack(e) })
	if actions, _ := e.Payload["actions"].([]any); err != nil || dig(actions[0], "selected_option.value") != "tech" {
		t.Errorf("the app is told %v, %v", e.Payload["actions"], err)
	}
}

func TestAMenuInAMessageGetsSuggestionsToo(t *testing.T) {
	shows(t, 58)
	w := newWorld(t)
	l := w.connect()
	ts := w.call("chat.postMessage", "channel", w.chat, "text", "x",
		"blocks", `[{"type":"actions","block_id":"b","elements":[`+external+`]}]`).ok(t).str("ts")
	l.ack(l.next())
	var e envelope
	_, err := during(t, func() ([]fakeslack.Choice, error) { return w.SuggestIn(w.ctx(), w.bob.ID, w.chat, ts, "x", "te") }, func() {
		e = l.next()
		l.ack(e, json.RawMessage(`{"options":[`+option("Tech")+`]}`))
	})
	if err != nil || dig(e.Payload, "container.message_ts") != ts || dig(e.Payload, "channel.id") != w.chat {
		t.Fatalf("the app is asked %v, %v", e.Payload, err)
	}
	if _, err := w.Click(w.ctx(), w.ann.ID, w.chat, ts, "x", "tech"); err == nil {
		t.Error("what was suggested to somebody else can be chosen")
	}
	_, err = during(t, func() (*fakeslack.Result, error) { return w.Click(w.ctx(), w.bob.ID, w.chat, ts, "x", "tech") }, func() { e = l.next(); l.ack(e) })
	if actions, _ := e.Payload["actions"].([]any); err != nil || dig(actions[0], "selected_option.value") != "tech" {
		t.Errorf("the app is told %v, %v", e.Payload["actions"], err)
	}
}
