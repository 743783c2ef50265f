package mrkdwn_test

import (
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

func TestMentionsBecomeNames(t *testing.T) {
	table{
		{"by name before label", "<@U061F7AUR|ada>", "@Ada Lovelace"},
		{"person by label", "<@U0G9QF9C6|bob>", "@bob"},
		{"channel by label", "<#C0G9QKBBL|general>", "#general"},
		{"user group by label", "<!subteam^S0604QSJC|@sales>", "@sales"},
		{"broadcast with label", "<!here|here>", "@here"},
		{"broadcast of old private channels", "<!group>", "@channel"},
		{"id as label", "<@U0G9QF9C6|U0G9QF9C6> <@U1|@u1>", "@someone @someone"},
		{"another id in the label", "<#C0G9QKBBL|of U0G9QF9C6>", "#channel"},
		{"label with spaces", "<@U0G9QF9C6| @bob >", "@bob"},
		{"name to repair", "<@U0S43P1CZ>!", "@Eve!"},
		{"empty id", "<@> <#|>", "@someone #channel"},
		{"in code", "`<@U061F7AUR>` ```<#C0G9QKBBL>```", "@Ada Lovelace\n#channel"},
		{"typed, not meant", "&lt;@U061F7AUR&gt; &lt;!here&gt;", "<@U061F7AUR> <!here>"},
		{"backtick in the label", "`<@U0G9QF9C6|b`ob>`", "@b`ob"},
		{"marks in the name are kept", "*<@U0G9QF9C6|_bob_>*", "@_bob_"},
		{"cut off in the id", "Hi <@U0G9QF9", "Hi @someone"},
		{"cut off in the label", "Hi <@U061F7AUR|ad", "Hi @Ada Lovelace"},
	}.run(t, acme{})
	table{
		{"nobody known", "<@U061F7AUR> <#C061EG9SL> <!subteam^S0614TZR7>", "@someone #channel @group"},
	}.run(t, nil)
}

func TestCommandsBecomeTheirLabels(t *testing.T) {
	table{
		{"date", "<!date^1752660000^{date}|July 16>", "July 16"},
		{"date with a link", "<!date^1752660000^{date}^https://shop.example/|July 16>", "July 16 (https://shop.example/)"},
		{"date with a link for nobody", "<!date^1752660000^{date}^slack://x|July 16>", "July 16"},
		{"date without label", "<!date^1752660000^{date}>", "2025-07-16 10:00 UTC"},
		{"date that is none", "<!date^soon^{date}|soon>", "soon"},
		{"date with an id", "<!date^1752660000^{date}|U0G9QF9C6>", "2025-07-16 10:00 UTC"},
		{"unknown", "<!new^thing|A thing>", "A thing"},
		{"unknown without label", "a<!new^U0G9QF9C6>b", "ab"},
		{"unknown with an id", "a<!new|U0G9QF9C6>b", "ab"},
	}.run(t, acme{})
}

func TestLinksShowWhereTheyLead(t *testing.T) {
	table{
		{"label of another address", "<https://evil.example|https://bank.example>", "https://bank.example (https://evil.example)"},
		{"label without scheme", "<https://Shop.example/|shop.example>", "https://Shop.example/"},
		{"empty label", "<https://shop.example|>", "https://shop.example"},
		{"label of white space", "<https://shop.example| >", "https://shop.example"},
		{"emoji in the label", "<https://shop.example|:wave: hi>", "👋 hi (https://shop.example)"},
		{"marks in the address", "_<https://shop.example/a_b*c*>_", "https://shop.example/a_b*c*"},
		{"a word in capitals", "<https://shop.example/WARRANTY2024|WARRANTY2024>", "WARRANTY2024 (https://shop.example/WARRANTY2024)"},
		{"Slack's help", "<https://slack.com/help/articles/203274767>", "https://slack.com/help/articles/203274767"},
		{"phone", "<tel:+493012345|call us>", "call us (+493012345)"},
		{"script", "<javascript:alert(1)|Hello> <JavaScript:alert(1)> <data:text/html,x>", "Hello [link] [link]"},
		{"the agent's own client", "<slack://user?team=T061EG9R6&amp;id=U061F7AUR|her profile>", "her profile"},
		{"an id for a label", "<slack://channel?id=C061EG9SL|slack://channel?id=C061EG9SL>", "[link]"},
		{"a file of the workspace", "<https://files.slack.com/files-pri/T061EG9R6-F0S43P1CZ/x.png|x.png>", "x.png"},
		{"a way into the workspace", "<https://slack.com/app_redirect?channel=C061EG9SL>", "[link]"},
		{"a host that only sounds like Slack's", "<https://slack.com.example/U061F7AUR>", "https://slack.com.example/U061F7AUR"},
		{"scheme without address", "<https:|x> <mailto:>", "x [link]"},
		{"nothing", "<|x> <|>", "x [link]"},
	}.run(t, acme{})
}

func TestMarksAreRemovedWhereTheyFormat(t *testing.T) {
	table{
		{"nothing to remove", "plain", "plain"},
		{"around a word", "*a* _b_ ~c~", "a b c"},
		{"around words", "*a b, c!* d", "a b, c! d"},
		{"in punctuation", "(*a*), \"_b_\"", "(a), \"b\""},
		{"one in the other", "*a _b_ c*", "a b c"},
		{"crossing", "*a _b* c_", "a _b c_"},
		{"next to letters beyond ASCII", "é*a*é *ß*", "é*a*é ß"},
		{"within words", "2*3*4 snake_case_name a~b~c", "2*3*4 snake_case_name a~b~c"},
		{"before a letter", "*a*b", "*a*b"},
		{"after a letter", "a*b*", "a*b*"},
		{"around spaces", "* a * _ b_ ~c ~", "* a * _ b_ ~c ~"},
		{"alone", "* _ ~ 5* *", "* _ ~ 5* *"},
		{"doubled", "**a** __b__ ~~c~~", "**a** __b__ ~~c~~"},
		{"across lines", "*a\nb*", "*a\nb*"},
		{"on each line", "*a*\n*b*", "a\nb"},
	}.run(t, acme{})
}

func TestCodeIsKeptAsItIs(t *testing.T) {
	table{
		{"marks", "`*a*` _b_", "*a* b"},
		{"emoji", "`:wave:` :wave:", ":wave: 👋"},
		{"entities", "`&lt;&amp;amp;&gt;`", "<&amp;>"},
		{"link", "`<https://shop.example/_a_>`", "https://shop.example/_a_"},
		{"a lone backtick", "it`s *so*", "it`s so"},
		{"backticks on two lines", "`a\nb`", "`a\nb`"},
		{"nothing in backticks", "`` a", "`` a"},
		{"block in a line", "try ```a\n  *b*``` now", "try\na\n  *b*\nnow"},
		{"block on its lines", "try\n```\na\n```\nnow", "try\na\nnow"},
		{"two blocks", "```a``` ```b```", "a\nb"},
		{"backtick in a block", "```a`b```", "a`b"},
		{"block left open", "```*a*", "```a"},
		{"empty block", "``````", "``````"},
		{"block after an empty one", "`````` ```*a*```", "``````\n*a*"},
		{"marks around code", "*`a*b`* c", "a*b c"},
	}.run(t, acme{})
}

func TestKnownEmojiBecomeUnicode(t *testing.T) {
	table{
		{"known", ":tada::tada:", "🎉🎉"},
		{"skin tone", ":wave::skin-tone-6: :wave::skin-tone-1:!", "👋🏿 👋!"},
		{"a tone instead of the style", ":point_up::skin-tone-2:", "☝🏻"},
		{"a tone on what has no skin", ":tada::skin-tone-2:", "🎉"},
		{"a tone of nothing known", ":acme::skin-tone-2:", ":acme::skin-tone-2:"},
		{"of the workspace", ":acme_old_logo: _a_", ":acme_old_logo: a"},
		{"underscores at the ends of a name", ":_old_:", ":_old_:"},
		{"time", "10:30:45 12:00", "10:30:45 12:00"},
		{"no name", ":: : :a b: :Wave:", ":: : :a b: :Wave:"},
		{"after a time", "10:30:wave:", "10:30👋"},
		{"after another colon", "so::wave:", "so:👋"},
	}.run(t, acme{})
}

func TestEntitiesAreReadOnce(t *testing.T) {
	table{
		{"each", "&lt; &gt; &amp;", "< > &"},
		{"escaped twice", "&amp;lt;!here&amp;gt;", "&lt;!here&gt;"},
		{"others", "&quot; &#60; &nbsp; & &lt", "&quot; &#60; &nbsp; & &lt"},
		{"brackets that open nothing", "< <> a<b <<c", "< <> a<b <<c"},
		{"a bracket left open on its line", "<@U1\n>", "<@U1\n>"},
	}.run(t, acme{})
}

func TestPlainRepairsCharacters(t *testing.T) {
	table{
		{"line ends", "a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"},
		{"dropped", "a\x00\x1b\u200b\u202e\u2066\ufeffb", "ab"},
		{"no UTF-8", "a\xffb", "a\ufffdb"},
		{"within a token", "<@U061\u200bF7AUR>", "@Ada Lovelace"},
	}.run(t, acme{})
}

// A table has rows of what Plain reads and gives.
type table []struct{ name, text, want string }

func (rows table) run(t *testing.T, names mrkdwn.Names) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			if got := plain(row.text, names); got != row.want {
				t.Errorf("ReadText(%q) gives %q; want %q", row.text, got, row.want)
			}
		})
	}
}

// Whatever stands around a mention and in it, its id is not shown.
func FuzzReadText(f *testing.F) {
	const id = "W7Q2ZK9XJ4"
	mentions := []func(more string) string{
		func(more string) string { return "<@" + id + more + ">" },
		func(more string) string { return "<#" + id + more + ">" },
		func(more string) string { return "<!subteam^" + id + more + ">" },
		func(more string) string { return "<!" + more + "^" + id + ">" },
		func(more string) string { return "<@U061F7|" + more + id + ">" },
		func(more string) string { return "<!date^1752660000^{date}|" + id + more + ">" },
		func(more string) string { return "<slack://user?id=" + id + more + ">" },
		func(more string) string { return "<https://acme.slack.com/team/" + id + more + ">" },
	}
	onOneToken := strings.NewReplacer("<", "", ">", "", "\n", "", "\r", "", "\u2028", "", "\u2029", "")
	for kind := range mentions {
		f.Add(uint8(kind), "Hi *", "", "* there")
		f.Add(uint8(kind), "`", "|a`b", "`")
		f.Add(uint8(kind), "```<x|", "|", "```")
		f.Add(uint8(kind), "&lt;_", "|&gt;", ":wave:_")
		f.Add(uint8(kind), "<@", "\x00\u200b", "\xff")
	}
	f.Fuzz(func(t *testing.T, kind uint8, before, more, after string) {
		text := before + mentions[int(kind)%len(mentions)](onOneToken.Replace(more)) + after
		if strings.Count(text, id) > 1 {
			t.Skip("the id is also written out")
		}
		body, rich := mrkdwn.Read(text, nil, acme{})
		inOrder(t, body, rich, id)
		if most := 4*len(text) + 100; len(body) > most {
			t.Errorf("%q reads longer than %d bytes: %q", text, most, body)
		}
	})
}
