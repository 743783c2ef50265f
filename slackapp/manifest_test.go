package slackapp_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp"
)

func readManifest(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../manifest.yml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestTheManifestAsksForExactlyWhatTheCodeNames(t *testing.T) {
	manifest := readManifest(t)
	scopes, events := slackapp.Needs()
	slices.Sort(events)
	if got := listUnder(manifest, "bot:"); !slices.Equal(got, scopes) {
		t.Errorf("manifest.yml has the scopes\n%v\nthe code names\n%v", got, scopes)
	}
	if got := listUnder(manifest, "bot_events:"); !slices.Equal(got, events) {
		t.Errorf("manifest.yml has the events\n%v\nthe code names\n%v", got, events)
	}
	if !strings.Contains(manifest, "should_escape: true") {
		t.Error("the command must arrive escaped: only so are people and channels certain")
	}
}

// TestTheManifestSubscribesToWhatIsActedOn compares with the table of decisions.
func TestTheManifestSubscribesToWhatIsActedOn(t *testing.T) {
	subscriptions := map[string][]string{ // where an event is not subscribed to by its own name
		"message":          {"message.channels", "message.groups"},
		"app_rate_limited": nil, // comes unasked
	}
	var want []string
	for event, deed := range slackapp.Events() {
		if deed == "ignore" {
			continue
		}
		if names, ok := subscriptions[event]; ok {
			want = append(want, names...)
		} else {
			want = append(want, event)
		}
	}
	slices.Sort(want)
	if got := listUnder(readManifest(t), "bot_events:"); !slices.Equal(got, want) {
		t.Errorf("manifest.yml has the events\n%v\nthe code acts on\n%v", got, want)
	}
}

// TestTheManifestHasTheShortcutsAndCommandsThatAreObeyed: a shortcut that the code
// ignores would do nothing, one that the manifest lacks can never come.
func TestTheManifestHasTheShortcutsAndCommandsThatAreObeyed(t *testing.T) {
	manifest := readManifest(t)
	interactions := slackapp.Interactions()
	obeyed := interactions["shortcut"] != "ignore" || interactions["message_action"] != "ignore"
	if has := strings.Contains(manifest, "shortcuts:"); has != obeyed {
		t.Errorf("manifest.yml has shortcuts: %v; the code obeys some: %v", has, obeyed)
	}
	if modals := interactions["block_actions"] != "ignore"; strings.Contains(manifest, "interactivity:\n    is_enabled: true") != modals {
		t.Errorf("interactivity in manifest.yml is not what the code needs")
	}
	commands := regexp.MustCompile(`- command: (\S+)`).FindAllStringSubmatch(manifest, -1)
	if len(commands) != 1 || commands[0][1] != "/chatgroups" {
		t.Errorf("manifest.yml has the commands %v", commands)
	}
}

// webMethods are the Web API's names of the methods of slack-go that the code calls.
var webMethods = map[string]string{
	"AddReactionContext":                "reactions.add",
	"AuthTestContext":                   "auth.test",
	"CompleteUploadExternalContext":     "files.completeUploadExternal",
	"CreateConversationContext":         "conversations.create",
	"CreateUserGroupContext":            "usergroups.create",
	"DeleteFileContext":                 "files.delete",
	"DeleteMessageContext":              "chat.delete",
	"DisableUserGroupContext":           "usergroups.disable",
	"EnableUserGroupContext":            "usergroups.enable",
	"GetConversationHistoryContext":     "conversations.history",
	"GetConversationInfoContext":        "conversations.info",
	"GetConversationRepliesContext":     "conversations.replies",
	"GetConversationsContext":           "conversations.list",
	"GetDNDTeamInfoContext":             "dnd.teamInfo",
	"GetFileInfoContext":                "files.info",
	"GetUploadURLExternalContext":       "files.getUploadURLExternal",
	"GetUserGroupMembersContext":        "usergroups.users.list",
	"GetUserGroupsContext":              "usergroups.list",
	"GetUserInfoContext":                "users.info",
	"GetUserPresenceContext":            "users.getPresence",
	"GetUsersInConversationContext":     "conversations.members",
	"GetUsersPaginated":                 "users.list",
	"InviteUsersToConversationContext":  "conversations.invite",
	"JoinConversationContext":           "conversations.join",
	"OpenConversationContext":           "conversations.open",
	"OpenViewContext":                   "views.open",
	"PostEphemeralContext":              "chat.postEphemeral",
	"PostMessageContext":                "chat.postMessage",
	"PublishViewContext":                "views.publish",
	"PushViewContext":                   "views.push",
	"StartSocketModeContext":            "apps.connections.open",
	"UpdateMessageContext":              "chat.update",
	"UpdateUserGroupContext":            "usergroups.update",
	"UpdateUserGroupMembersListContext": "usergroups.users.update",
	"UpdateViewContext":                 "views.update",
}

// otherNeeds are the scopes that no method asks for, and what does.
var otherNeeds = map[string]string{
	"app_mentions:read":    "the event app_mention",
	"chat:write.customize": "username and icon_emoji of chat.postMessage",
	"commands":             "slash commands",
}

// TestEachScopeIsNeededByACallAndEachCallHasItsScope derives the scopes from the calls
// that stand in the code, by the digest of Slack's methods.
func TestEachScopeIsNeededByACallAndEachCallHasItsScope(t *testing.T) {
	var digest struct {
		Methods map[string]struct {
			Bot []string `json:"bot"`
		} `json:"methods"`
	}
	data, err := os.ReadFile("fakeslack/digest.json")
	if err == nil {
		err = json.Unmarshal(data, &digest)
	}
	if err != nil {
		t.Fatal(err)
	}
	granted, _ := slackapp.Needs()
	needed := maps.Clone(otherNeeds)
	for method := range callsOfSlack(t) {
		name := webMethods[method]
		spec, known := digest.Methods[name]
		if !known {
			t.Errorf("the code calls %s: say in webMethods which method of Slack that is", method)
			continue
		}
		has := len(spec.Bot) == 0
		for _, scope := range spec.Bot {
			if slices.Contains(granted, scope) {
				has, needed[scope] = true, name
			}
		}
		if !has {
			t.Errorf("%s needs one of the scopes %v, and there is none of them", name, spec.Bot)
		}
	}
	for _, scope := range granted {
		if needed[scope] == "" {
			t.Errorf("nothing needs the scope %s", scope)
		}
	}
}

// callsOfSlack returns the methods of slack-go's client that this package calls.
func callsOfSlack(t *testing.T) map[string]bool {
	t.Helper()
	client := reflect.TypeFor[*slack.Client]()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	calls := make(map[string]bool)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name != "Debug" { // zerolog has one too
					if _, ok := client.MethodByName(f.Sel.Name); ok {
						calls[f.Sel.Name] = true
					}
				}
			}
			return true
		})
	}
	if len(calls) < 10 {
		t.Fatalf("only the calls %v were found", calls)
	}
	return calls
}

// listUnder returns the items of the YAML list under a key, sorted.
func listUnder(yaml, key string) []string {
	_, after, _ := strings.Cut(yaml, key+"\n")
	var items []string
	item := regexp.MustCompile(`^\s+- (\S+)$`)
	for _, line := range strings.Split(after, "\n") {
		m := item.FindStringSubmatch(line)
		if m == nil {
			break
		}
		items = append(items, m[1])
	}
	slices.Sort(items)
	return items
}
