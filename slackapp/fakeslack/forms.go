package fakeslack

import (
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A FormError is what Slack's form refuses by itself, in words by block_id. The app
// hears nothing of it.
type FormError map[string]string

func (e FormError) Error() string {
	var all []string
	for _, block := range slices.Sorted(maps.Keys(e)) {
		all = append(all, fmt.Sprintf("%s: %s", block, e[block]))
	}
	return "fakeslack: Slack's form is not complete: " + strings.Join(all, "; ")
}

// FillView lets a person fill in inputs of the topmost modal without submitting it;
// values are as of SubmitView. The app learns of it by what is done next.
func (w *Workspace) FillView(user string, values map[string][]string) error {
	return w.act(func() error {
		v := w.views.top(user)
		if v == nil {
			return errNoModal
		}
		return w.fillIn(v, values)
	})
}

// fillIn sets the state of the inputs and menus in these blocks.
func (w *Workspace) fillIn(v *view, values map[string][]string) error {
	blocks, _ := v.content["blocks"].([]any)
	found := make(map[string]bool)
	for _, x := range blocks {
		b, _ := x.(map[string]any)
		blockID := fmt.Sprint(b["block_id"])
		given, ok := values[blockID]
		for _, element := range interactiveElements(b) {
			if !ok || valueKey[fmt.Sprint(element["type"])] == "" {
				continue
			}
			found[blockID] = true
			state, err := chooser{w, v.user, blockID, element}.state(given)
			if err != nil {
				return err
			}
			v.state[blockID][fmt.Sprint(element["action_id"])] = state
		}
	}
	for blockID := range values {
		if !found[blockID] {
			return fmt.Errorf("fakeslack: the modal has no input in a block %q", blockID)
		}
	}
	return nil
}

// inputsOf calls do for each input block with its element and state.
func (v *view) inputsOf(do func(blockID string, block, element, state map[string]any)) {
	blocks, _ := v.content["blocks"].([]any)
	for _, x := range blocks {
		b, _ := x.(map[string]any)
		element, _ := b["element"].(map[string]any)
		if b["type"] != "input" || element == nil {
			continue
		}
		blockID := fmt.Sprint(b["block_id"])
		state, _ := v.state[blockID][fmt.Sprint(element["action_id"])].(map[string]any)
		do(blockID, b, element, state)
	}
}

// mistakes are what Slack's form has to say about what was filled in, or nil.
//
// Documented: surfaces/modals and the pages of the elements, by what each takes.
// Assumed: the words.
func (v *view) mistakes() error {
	wrong := make(FormError)
	v.inputsOf(func(blockID string, block, element, state map[string]any) {
		optional, _ := block["optional"].(bool)
		switch {
		case empty(state) && !optional:
			wrong[blockID] = "Please complete this required field."
		case !empty(state):
			if say := mistakeIn(element, state[valueKey[fmt.Sprint(element["type"])]]); say != "" {
				wrong[blockID] = say
			}
		}
	})
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

// maxTyped is how much one input takes.
//
// Documented: reference/block-kit/block-elements/plain-text-input-element, max_length.
const maxTyped = 3000

// mistakeIn says what is wrong with the value in an element, or "".
func mistakeIn(element map[string]any, value any) string {
	typed, _ := value.(string)
	items, _ := value.([]any)
	switch kind := fmt.Sprint(element["type"]); kind {
	case "plain_text_input":
		n := utf8.RuneCountInString(typed)
		if least := wholeNumber(element["min_length"], 0); n < least {
			return fmt.Sprintf("Please enter at least %d characters.", least)
		}
		if most := wholeNumber(element["max_length"], maxTyped); n > most {
			return fmt.Sprintf("Please enter no more than %d characters.", most)
		}
	case "email_text_input":
		if a, err := mail.ParseAddress(typed); err != nil || a.Address != typed {
			return "Please enter a valid email address."
		}
	case "url_text_input":
		if u, err := url.Parse(typed); err != nil || u.Scheme == "" || u.Host == "" {
			return "Please enter a valid URL."
		}
	case "number_input":
		return mistakeInNumber(element, typed)
	case "datepicker":
		if _, err := time.Parse(time.DateOnly, typed); err != nil {
			return "Please enter a valid date."
		}
	case "timepicker":
		if _, err := time.Parse("15:04", typed); err != nil {
			return "Please enter a valid time."
		}
	case "file_input":
		return mistakeInFiles(element, items)
	default:
		if most := wholeNumber(element["max_selected_items"], 0); strings.HasPrefix(kind, "multi_") && most > 0 && len(items) > most {
			return fmt.Sprintf("Please choose no more than %d.", most)
		}
	}
	return ""
}

func mistakeInNumber(element map[string]any, typed string) string {
	n, err := strconv.ParseFloat(typed, 64)
	if decimals, _ := element["is_decimal_allowed"].(bool); err == nil && !decimals {
		_, err = strconv.Atoi(typed)
	}
	if err != nil {
		return "Please enter a valid number."
	}
	if least, err := strconv.ParseFloat(fmt.Sprint(element["min_value"]), 64); err == nil && n < least {
		return fmt.Sprintf("Please enter a number that is %v or more.", element["min_value"])
	}
	if most, err := strconv.ParseFloat(fmt.Sprint(element["max_value"]), 64); err == nil && n > most {
		return fmt.Sprintf("Please enter a number that is %v or less.", element["max_value"])
	}
	return ""
}

// usualFiles is how many files a file_input takes that does not say.
//
// Documented: reference/block-kit/block-elements/file-input-element.
const usualFiles = 10

func mistakeInFiles(element map[string]any, files []any) string {
	if most := wholeNumber(element["max_files"], usualFiles); len(files) > most {
		return fmt.Sprintf("Please choose no more than %d files.", most)
	}
	kinds, _ := element["filetypes"].([]any)
	for _, x := range files {
		f, _ := x.(FileInfo)
		if len(kinds) > 0 && !slices.Contains(kinds, any(strings.TrimPrefix(path.Ext(f.Name), "."))) {
			return fmt.Sprintf("%s is not of a type that can be chosen here.", f.Name)
		}
	}
	return ""
}

func wholeNumber(x any, otherwise int) int {
	if n, err := strconv.Atoi(fmt.Sprint(x)); err == nil {
		return n
	}
	return otherwise
}

// handOver lets the app read the files that were submitted to it.
//
// Documented: reference/block-kit/block-elements/file-input-element.
func (w *Workspace) handOver(v *view) {
	v.inputsOf(func(_ string, _, _, state map[string]any) {
		files, _ := state["files"].([]any)
		for _, x := range files {
			info, _ := x.(FileInfo)
			if f := w.files[info.ID]; f != nil && !slices.Contains(f.given, v.in) {
				f.given = append(f.given, v.in)
			}
		}
	})
}

// Upload stores a file of a person's, for a file_input of a modal, and returns its
// id. Nobody else sees it yet.
func (w *Workspace) Upload(user string, f File) (id string, err error) {
	err = w.act(func() error {
		if w.people[user] == nil {
			return noSuchPerson(user)
		}
		stored, _, err := w.attach([]File{f}, user)
		if err == nil {
			id = stored[0].info.ID
		}
		return err
	})
	return id, err
}

// responseURLs are those of the conversations that were chosen in menus that ask for
// one.
//
// Documented: surfaces/modals, "Publishing messages after modal submissions".
func (w *Workspace) responseURLs(v *view) (urls []map[string]any, err error) {
	urls = []map[string]any{}
	v.inputsOf(func(blockID string, _, element, state map[string]any) {
		chosen, _ := state[valueKey[fmt.Sprint(element["type"])]].(string)
		ch := w.channels[chosen]
		if wanted, _ := element["response_url_enabled"].(bool); !wanted || ch == nil || err != nil {
			return
		}
		var address string
		if address, err = w.newHook(&hook{in: v.in, user: v.user, channel: ch}); err == nil {
			urls = append(urls, map[string]any{
				"response_url": address, "channel_id": ch.id, "block_id": blockID, "action_id": element["action_id"],
			})
		}
	})
	return urls, err
}
