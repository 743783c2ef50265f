package webtest_test

import (
	"fmt"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
)

// Tabs that come back from a dead network at the same moment must not become two
// visitors with a conversation each.
func TestTwoTabsBeginOneConversation(t *testing.T) {
	network := newProxy(t, 1, false)
	network.calm.Store(true)
	h := newHouse(t, network)
	network.cut()
	first, second := newTab(t), newTab(t)
	first.chat(h)
	first.begin("one")
	second.chat(h) // has the first message of the other tab, too
	second.begin("two")
	network.mend()
	for _, p := range []tab{first, second} {
		p.until("both messages are in one conversation", `texts('bdi').toSorted().join() === 'one,two' && !root.querySelector('.wait')`)
	}
	threads := map[bridge.ThreadKey]bool{}
	for len(h.work) > 0 {
		threads[<-h.work] = true
	}
	if len(threads) != 1 {
		t.Errorf("the desk has %d threads to open, want 1", len(threads))
	}
}

func TestAMessageOfAClosedTabIsSentByTheOther(t *testing.T) {
	network := newProxy(t, 1, false)
	network.calm.Store(true)
	h := newHouse(t, network)
	first, second := newTab(t), newTab(t)
	first.chat(h)
	second.chat(h)
	first.begin("one")
	second.until("the other tab has it", `texts('bdi').join() === 'one' && !root.querySelector('.wait')`)
	network.cut()
	first.begin("two")
	first.until("it waits", `root.querySelector('.wait')`)
	second.until("the other tab shows it", `texts('bdi').join() === 'one,two'`)
	first.visit("about:blank")
	network.mend()
	second.until("the other tab sends it", `texts('bdi').join() === 'one,two' && !root.querySelector('.wait')`)
}

// begin writes a message, which begins the conversation where there is none.
func (p tab) begin(text string) {
	p.t.Helper()
	p.run("write", fmt.Sprintf(`chatgroups('start', { group: 'tech', text: %q, send: true })`, text))
	p.until("it is written", fmt.Sprintf(`texts('bdi').includes(%q)`, text))
}
