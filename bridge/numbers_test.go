package bridge_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
)

func (w *world) numbers(from, to time.Time) bridge.Numbers {
	w.Helper()
	n, err := w.bridge.Numbers(w.ctx, team, from, to, time.UTC)
	w.must(err)
	return n
}

func groupNumbers(n bridge.Numbers, g bridge.GroupID) bridge.GroupNumbers {
	for _, of := range n.Groups {
		if of.Group == g {
			return of
		}
	}
	return bridge.GroupNumbers{}
}

func TestNumbersTellHowEachGroupDid(t *testing.T) {
	w := newWorld(t)
	from := w.clock.now()
	after := func(d time.Duration) { w.clock.pass(d) }

	answered := w.chat("sales")
	after(10 * time.Second)
	w.must(answered.reply(ann, "sales", "Hello"))
	after(time.Minute)
	w.must(answered.reply(ann, "sales", "Still there?")) // no first reply
	w.must(w.bridge.Close(w.ctx, answered.id, ann))
	_, err := answered.tab.visit.Rate(w.ctx, "r1", 4, "")
	w.must(err)

	slow := w.chat("sales")
	after(50 * time.Second)
	w.must(slow.reply(ann, "sales", "Sorry"))

	wrong := w.chat("sales") // was for Tech
	after(5 * time.Second)
	w.must(w.bridge.Invite(w.ctx, wrong.id, "tech", ann, "not ours"))
	w.desk.drain()
	w.must(w.bridge.Leave(w.ctx, wrong.id, "sales", ann))
	after(20 * time.Second)
	w.must(wrong.reply(ann, "tech", "Let me see"))

	missed := w.chat("tech")
	after(time.Minute)
	w.must(w.bridge.Close(w.ctx, missed.id, ann))
	waiting := w.chat("tech") // is not missed yet

	n := w.numbers(from, w.clock.now().Add(time.Second))
	sales, tech := groupNumbers(n, "sales"), groupNumbers(n, "tech")
	w.equal(sales, bridge.GroupNumbers{
		Group: "sales", Name: "Sales", Conversations: 3, Chosen: 3,
		Replied: 2, ReplyMedian: 10 * time.Second, ReplyP90: 50 * time.Second,
		HandedOver: 1, Wrong: 1, WentTo: map[bridge.GroupID]int{"tech": 1},
		Rating: bridge.Rating{Count: 1, Stars: [bridge.MaxStars]int{3: 1}},
	})
	w.equal(tech, bridge.GroupNumbers{
		Group: "tech", Name: "Tech", Conversations: 3, Chosen: 2,
		Replied: 1, ReplyMedian: 20 * time.Second, ReplyP90: 20 * time.Second,
		Missed: 1, WentTo: map[bridge.GroupID]int{},
	})
	w.equal(sales.Rating.Average(), 4.0)
	w.equal(len(n.Days), 1)
	w.equal([]int{n.Days[0].Conversations, n.Days[0].Missed}, []int{5, 1})

	after(25 * time.Hour) // nobody answered for a day
	w.equal(groupNumbers(w.numbers(from, w.clock.now()), "tech").Missed, 2)
	_ = waiting
	w.equal(groupNumbers(w.numbers(w.clock.now(), w.clock.now().Add(time.Hour)), "sales").Conversations, 0)
}

func TestNumbersKeepTheNameOfADeletedGroup(t *testing.T) {
	w := newWorld(t)
	w.openGeneral()
	from := w.clock.now()
	w.chat("sales")
	_, err := w.bridge.DeleteGroup(w.ctx, team, "sales", ann)
	w.must(err)
	sales := groupNumbers(w.numbers(from, from.Add(time.Hour)), "sales")
	if sales.Name != "Sales" || !sales.Deleted || sales.Conversations != 1 || sales.Wrong+sales.HandedOver > 0 {
		t.Errorf("the numbers say %+v", sales)
	}
}

func TestNumbersOfATimeThatMakesNoSenseAreRefused(t *testing.T) {
	w := newWorld(t)
	now := w.clock.now()
	for _, to := range []time.Time{now, now.Add(-time.Hour), now.Add(400 * 24 * time.Hour)} {
		_, err := w.bridge.Numbers(w.ctx, team, now, to, time.UTC)
		w.equal(bridge.CodeOf(err), bridge.CodeInvalid)
	}
}

// TestDaysAreThoseOfTheZone: also where one has 23 hours.
func TestDaysAreThoseOfTheZone(t *testing.T) {
	w := newWorld(t)
	paris, err := time.LoadLocation("Europe/Paris")
	w.must(err)
	from := time.Date(2026, 3, 28, 0, 0, 0, 0, paris)
	n, err := w.bridge.Numbers(w.ctx, team, from, from.AddDate(0, 0, 3), paris)
	w.must(err)
	var days []string
	for _, d := range n.Days {
		days = append(days, d.Day.Format("01-02 15:04"))
	}
	w.equal(days, []string{"03-28 00:00", "03-29 00:00", "03-30 00:00"})

	sao, err := time.LoadLocation("America/Sao_Paulo") // there the first hour of 2018-11-04 was skipped
	w.must(err)
	n, err = w.bridge.Numbers(w.ctx, team, time.Date(2018, 11, 3, 0, 0, 0, 0, sao), time.Date(2018, 11, 6, 0, 0, 0, 0, sao), sao)
	w.must(err)
	days = nil
	for _, d := range n.Days {
		days = append(days, d.Day.Format("01-02 15:04"))
	}
	w.equal(days, []string{"11-03 00:00", "11-04 01:00", "11-05 00:00"})
}

func TestNumbersAsCSVHoldNoFormula(t *testing.T) {
	n := bridge.Numbers{Groups: []bridge.GroupNumbers{
		{Group: "a", Name: "=HYPERLINK(1)", Chosen: 4, Wrong: 1, WentTo: map[bridge.GroupID]int{"b": 1}, Replied: 1, ReplyMedian: 90 * time.Second, ReplyP90: 90 * time.Second},
		{Group: "b", Name: "@sales", WentTo: map[bridge.GroupID]int{}},
	}}
	var out bytes.Buffer
	if err := n.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || lines[1] != "'=HYPERLINK(1),0,4,0,1,90,90,0,0,1,0.250,'@sales: 1,0," || !strings.HasPrefix(lines[2], "'@sales,") {
		t.Errorf("the lines are\n%s", out.String())
	}
}

func TestWaitsAreTheFirstRepliesOfTheLastHour(t *testing.T) {
	w := newWorld(t)
	wait := func() string {
		typical, n := w.bridge.Wait(team, "sales")
		return fmt.Sprint(typical, " of ", n)
	}
	w.equal(wait(), "0s of 0")
	for i, long := range []time.Duration{10 * time.Second, 40 * time.Second, 20 * time.Second} {
		c := w.chat("sales")
		w.clock.pass(long)
		w.must(c.reply(ann, "sales", "Hello"))
		w.clock.pass(time.Second)
		w.must(c.reply(ann, "sales", "and more"))
		if i < 2 {
			w.equal(wait(), fmt.Sprint("0s of ", i+1))
		}
	}
	w.equal(wait(), "30s of 3") // 20 seconds, rounded up
	w.clock.pass(59 * time.Minute)
	w.equal(wait(), "0s of 2")
	w.clock.pass(2 * time.Minute)
	w.equal(wait(), "0s of 0")
}

func TestAStartRecallsWhatWasWaitedBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		defer w.end()
		for range 3 {
			c := w.chat("sales")
			w.clock.pass(30 * time.Second)
			w.must(c.reply(ann, "sales", "Hello"))
		}
		w.restart()
		time.Sleep(time.Minute)
		synctest.Wait()
		typical, n := w.bridge.Wait(team, "sales")
		w.equal([]any{typical, n}, []any{30 * time.Second, 3})
	})
}

// BenchmarkNumbers counts 10,000 conversations of 20 entries each.
func BenchmarkNumbers(b *testing.B) {
	store := bridgetest.NewMemory()
	ctx := context.Background()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for i := range 10_000 {
		id := bridge.ConversationID(fmt.Sprintf("c-%d", i))
		if _, err := store.Put(ctx, bridge.ConversationRecords, fmt.Sprintf("%s/%010d", team, 1001+i), []byte(id), 0); err != nil {
			b.Fatal(err)
		}
		for n := range 20 {
			e := bridge.Entry{ID: bridge.EntryID(fmt.Sprint("e", n)), Kind: bridge.KindMessage, At: at.Add(time.Duration(n) * time.Second), Body: "Some words of a usual length, as people write them."}
			switch {
			case n == 0:
				e.Kind, e.Opening = bridge.KindOpened, &bridge.Opening{Workspace: team, Group: "sales", Number: 1001 + i}
			case n%2 == 1:
				e.By.Role = bridge.RoleVisitor
			default:
				e.By, e.Group = ann, "sales"
			}
			if _, err := store.Append(ctx, id, bridge.Seq(n), e); err != nil {
				b.Fatal(err)
			}
		}
	}
	br, err := bridge.New(ctx, store, noDesk{}, bridge.Config{Now: func() time.Time { return at }})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		n, err := br.Numbers(ctx, team, at, at.Add(time.Hour), time.UTC)
		if err != nil || n.Days[0].Conversations != 10_000 {
			b.Fatal(n.Days, err)
		}
	}
}

// noDesk is for a bridge that is only looked into.
type noDesk struct{}

func (noDesk) Behind(bridge.ThreadKey, bridge.ThreadRef) {}
