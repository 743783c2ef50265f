package fakeslack

import (
	_ "embed"
	"encoding/json"
	"slices"
)

// digestJSON holds what Slack says about each method: its arguments, scopes,
// rate tier and errors, boiled down from the documentation's own data
// (github.com/slack-ruby/slack-api-ref at f4837c0, docs.slack.dev/reference/methods).
//
//go:embed digest.json
var digestJSON []byte

// digest is Slack's Web API as data.
type digest struct {
	Source       string                 `json:"source"`
	CommonErrors []string               `json:"common_errors"`
	Methods      map[string]*methodSpec `json:"methods"`
}

// methodSpec is one method.
type methodSpec struct {
	Rate       string            `json:"rate"`
	Token      tokenKind         `json:"token"` // "app", "none", or empty for bot and user
	BotScopes  []string          `json:"bot"`   // any one of them is enough
	UserScopes []string          `json:"user"`
	JSON       bool              `json:"json"` // takes a JSON body
	Required   []string          `json:"required"`
	Args       map[string]string `json:"args"` // name to type
	Errors     []string          `json:"errors"`
}

var theDigest = readDigest()

func readDigest() *digest {
	var d digest
	if err := json.Unmarshal(digestJSON, &d); err != nil {
		panic("fakeslack: digest.json: " + err.Error())
	}
	return &d
}

// observedErrors are codes that methods give although their page does not list
// them.
//
// Observed: client libraries' issue threads; the page of usergroups.update lists
// none of the errors that its twin usergroups.create has for the same arguments.
var observedErrors = map[string][]string{
	"usergroups.update": {
		"no_such_subteam", "bad_handle", "forbidden_handle", "handle_already_exists",
		"name_already_exists", "name_too_long", "description_too_long", "invalid_channel_provided", "plan_upgrade_required",
	},
	"usergroups.users.update":      {"no_such_subteam", "paid_teams_only"},
	"usergroups.enable":            {"no_such_subteam"},
	"usergroups.disable":           {"no_such_subteam"},
	"users.getPresence":            {"user_not_found"},
	"conversations.replies":        {"not_in_channel"},
	"conversations.history":        {"missing_scope"},
	"conversations.unarchive":      {"not_in_channel"},
	"chat.update":                  {"is_archived"},
	"chat.meMessage":               {"messages_tab_disabled"},
	"chat.scheduleMessage":         {"messages_tab_disabled"},
	"reactions.add":                {"not_in_channel"},
	"files.completeUploadExternal": {"is_archived"},
}

// lists reports whether a method may answer with this error.
func (d *digest) lists(method, code string) bool {
	spec := d.Methods[method]
	return slices.Contains(d.CommonErrors, code) ||
		(spec != nil && slices.Contains(spec.Errors, code)) ||
		slices.Contains(observedErrors[method], code)
}
