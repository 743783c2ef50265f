package fakeslack

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	// maxViewBytes is the most JSON of a view. Documented: reference/methods/views.open.
	maxViewBytes = 250 << 10
	// maxModals is how many views are stacked. Documented: surfaces/modals.
	maxModals = 3
)

// view is a modal or a Home tab.
type view struct {
	id       string
	in       *install
	user     string
	content  map[string]any // as the app gave it, blocks completed
	hash     string
	root     string // the first of the stack
	previous string // the one below
	external string
	opened   *channel                  // where the person was, or nil
	state    map[string]map[string]any // what people have chosen, by block and action
}

// viewStore holds what is shown to whom. It is part of the world under w.mu.
type viewStore struct {
	modals map[string][]*view // by user, topmost last
	homes  map[homeKey]*view
}

type homeKey struct{ app, user string }

func newViewStore() viewStore {
	return viewStore{modals: make(map[string][]*view), homes: make(map[homeKey]*view)}
}

func (s *viewStore) home(in *install, user string) *view { return s.homes[homeKey{in.AppID, user}] }

func (s *viewStore) top(user string) *view {
	if stack := s.modals[user]; len(stack) > 0 {
		return stack[len(stack)-1]
	}
	return nil
}

// find returns the app's view with this id or external id.
func (s *viewStore) find(in *install, id, external string) *view {
	match := func(v *view) bool {
		return v.in == in && ((id != "" && v.id == id) || (external != "" && v.external == external))
	}
	for _, stack := range s.modals {
		if i := slices.IndexFunc(stack, match); i >= 0 {
			return stack[i]
		}
	}
	for _, v := range s.homes {
		if match(v) {
			return v
		}
	}
	return nil
}

// A View is what can be seen of a modal or a Home tab.
type View struct {
	ID              string
	AppID           string
	Type            string // modal or home
	Title           string
	Submit          string // the text of the button, "" where there is none
	CallbackID      string
	ExternalID      string
	PrivateMetadata string
	Hash            string
	Blocks          json.RawMessage
}

// Modal returns the topmost modal that this person sees.
func (w *Workspace) Modal(user string) (View, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := w.views.top(user)
	if v == nil {
		return View{}, false
	}
	return v.look(), true
}

// Home returns what an app has published in a person's Home tab.
func (w *Workspace) Home(user, appID string) (View, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v := w.views.homes[homeKey{appID, user}]
	if v == nil {
		return View{}, false
	}
	return v.look(), true
}

func (v *view) look() View {
	caption := func(key string) string {
		o, _ := v.content[key].(map[string]any)
		s, _ := o["text"].(string)
		return s
	}
	return View{
		ID: v.id, AppID: v.in.AppID, Type: v.text("type"), Title: caption("title"), Submit: caption("submit"),
		CallbackID: v.text("callback_id"), ExternalID: v.external, Hash: v.hash,
		PrivateMetadata: v.text("private_metadata"), Blocks: encode(v.content["blocks"]),
	}
}

func (v *view) text(key string) string {
	s, _ := v.content[key].(string)
	return s
}

func (v *view) flag(key string) bool {
	b, _ := v.content[key].(bool)
	return b
}

// json writes a view as Slack does (objects/view-object).
func (v *view) json(w *Workspace) map[string]any {
	return map[string]any{
		"id": v.id, "team_id": w.cfg.TeamID, "type": v.text("type"),
		"title": v.content["title"], "submit": v.content["submit"], "close": v.content["close"],
		"blocks": v.content["blocks"], "private_metadata": v.text("private_metadata"),
		"callback_id": v.text("callback_id"), "external_id": v.external,
		"state": map[string]any{"values": copyState(v.state)}, "hash": v.hash,
		"clear_on_close": v.flag("clear_on_close"), "notify_on_close": v.flag("notify_on_close"),
		"submit_disabled": v.flag("submit_disabled"),
		"root_view_id":    v.root, "previous_view_id": orNull(v.previous),
		"app_id": v.in.AppID, "app_installed_team_id": w.cfg.TeamID, "bot_id": v.in.BotID,
	}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func copyState(state map[string]map[string]any) map[string]any {
	all := make(map[string]any, len(state))
	for block, actions := range state {
		all[block] = maps.Clone(actions)
	}
	return all
}

// readView decodes and checks a view of one type.
func (c *call) readView(raw string, kind string) (map[string]any, error) {
	if len(raw) > maxViewBytes {
		return nil, refuse("view_too_large")
	}
	content, problems := checkView(raw, kind, c.w.lockedID)
	if problems != nil {
		return nil, refuse("invalid_arguments", problems...)
	}
	return content, nil
}

// checkView is the rules of views (surfaces/modals, reference/views).
func checkView(raw, kind string, newID func() string) (content map[string]any, problems []string) {
	var parts map[string]json.RawMessage
	if json.Unmarshal([]byte(raw), &parts) != nil {
		return nil, []string{"[ERROR] must be a JSON object [json-pointer:/view]"}
	}
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber()
	_ = decoder.Decode(&content) // it is JSON, see above
	v := &verdict{}
	viewFields(kind)(v, "/view", content)
	blocks, _, more, err := readBlocks(string(parts["blocks"]), onView, "/view/blocks", newID)
	if err != nil {
		more = []string{"must be an array [json-pointer:/view/blocks]"}
	}
	v.problems = append(v.problems, more...)
	if content["submit"] == nil && kind == "modal" && slices.ContainsFunc(blocks, func(x any) bool {
		return x.(map[string]any)["type"] == "input"
	}) {
		// Documented: surfaces/modals; a modal with inputs needs a submit button.
		v.bad("/view", "missing required field: submit")
	}
	if focused(blocks) > 1 {
		// Documented: reference/block-kit/block-elements, focus_on_load.
		v.bad("/view/blocks", "only one element can be set to focus_on_load")
	}
	for i, p := range v.problems {
		v.problems[i] = "[ERROR] " + p
	}
	content["blocks"] = blocks
	return content, v.problems
}

// focused counts the elements that want the focus.
func focused(blocks []any) (n int) {
	for _, x := range blocks {
		b, _ := x.(map[string]any)
		for _, element := range interactiveElements(b) {
			if yes, _ := element["focus_on_load"].(bool); yes {
				n++
			}
		}
	}
	return n
}

func viewFields(kind string) check {
	f := fields{
		"type!": among(kind), "blocks!": anything, "private_metadata": text(0, 3000),
		"callback_id": text(0, 255), "external_id": text(0, 255),
	}
	if kind == "modal" {
		maps.Copy(f, fields{
			"title!": plainText(24), "submit": plainText(24), "close": plainText(24),
			"clear_on_close": yesNo, "notify_on_close": yesNo, "submit_disabled": yesNo,
		})
	} else {
		// slack-go sends these with a Home tab too; they mean nothing there.
		maps.Copy(f, fields{
			"title": anything, "submit": anything, "close": anything,
			"clear_on_close": yesNo, "notify_on_close": yesNo, "submit_disabled": yesNo,
		})
	}
	return object(f)
}

// lockedID makes the id of a block or an action.
func (w *Workspace) lockedID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.newID("")[1:6]
}

// show puts a new modal on top of what the person sees, alone or stacked.
func (w *Workspace) show(in *install, user string, at *channel, content map[string]any, stacked bool) (*view, error) {
	external, _ := content["external_id"].(string)
	if external != "" && w.views.find(in, "", external) != nil {
		return nil, refuse("duplicate_external_id")
	}
	v := &view{id: w.newID("V"), in: in, user: user, external: external, opened: at}
	v.root = v.id
	stack := w.views.modals[user]
	if !stacked {
		stack = nil
	}
	if len(stack) >= maxModals {
		return nil, refuse("push_limit_reached")
	}
	if len(stack) > 0 {
		v.root, v.previous = stack[0].id, stack[len(stack)-1].id
	}
	w.fill(v, content)
	w.views.modals[user] = append(slices.Clone(stack), v)
	return v, nil
}

// fill replaces what a view shows. What was chosen in blocks that stay is kept.
func (w *Workspace) fill(v *view, content map[string]any) {
	before := v.state
	v.content = content
	v.hash = fmt.Sprintf("%d.%s", w.clock.Now().Unix(), w.newSecret()[:8])
	v.state = make(map[string]map[string]any)
	blocks, _ := content["blocks"].([]any)
	for _, x := range blocks {
		b, _ := x.(map[string]any)
		blockID, _ := b["block_id"].(string)
		for _, element := range interactiveElements(b) {
			if element["type"] == "button" || element["type"] == "overflow" {
				continue // they have no state
			}
			actionID, _ := element["action_id"].(string)
			if v.state[blockID] == nil {
				v.state[blockID] = make(map[string]any)
			}
			kept, ok := before[blockID][actionID]
			if !ok {
				kept = w.initialValue(element, v.opened)
			}
			v.state[blockID][actionID] = kept
		}
	}
}

// closeTop takes the topmost modal away, or all of the stack.
func (s *viewStore) closeTop(user string, all bool) {
	stack := s.modals[user]
	if all || len(stack) <= 1 {
		delete(s.modals, user)
		return
	}
	s.modals[user] = stack[:len(stack)-1]
}
