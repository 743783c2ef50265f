package slackapp_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// A simulation is hours of a busy workspace in virtual time: visitors write and
// agents answer, groups are invited, leave and close, while Slack fails in every way
// and the connection to it is torn down again and again. Then it settles, and a
// judge compares what was said with what stands at both ends.
//
// All that is random is drawn from the seed: who says what and when from a stream
// for each conversation, faults by what they hit (see dice). The order in which
// goroutines run is not, so a seed repeats the same story under the same faults,
// but not each interleaving.
type simulation struct {
	*world
	plan
	dice  *dice
	ether *ether
	store *slowStore
	desks []desk
	talks []*talk
}

// A plan is the size of a simulation.
type plan struct {
	seed       uint64
	visitors   int
	messages   int // of visitors and agents together
	reconnects int
	span       time.Duration // in which conversations begin
}

// desk is a group with those who answer for it.
type desk struct {
	group   bridge.GroupID
	channel string
	agents  []string
}

const desks = 8

// simulate plays a plan and returns what is wrong at its end.
func (p plan) simulate(t *testing.T) (found verdict) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newSimulation(t, p)
		var talking sync.WaitGroup
		for _, k := range s.talks {
			talking.Go(k.run)
		}
		torn := make(chan struct{})
		go func() { defer close(torn); s.tearConnections() }()
		talking.Wait()
		<-torn
		found.settled = s.settle()
		s.judge(&found)
	})
	return found
}

func newSimulation(t *testing.T, p plan) *simulation {
	t.Helper()
	s := &simulation{plan: p, dice: newDice(p.seed)}
	s.ether = newEther(s.dice)
	s.store = newSlowStore(bridgetest.NewMemory(), s.dice)
	o := worldOptions{net: newMemNet(), store: s.store}
	o.slack.Seed = p.seed
	o.app.Settle = 10 * time.Second
	s.world = newWorld(t, o)
	for i := range desks {
		s.desks = append(s.desks, s.newDesk(i))
	}
	s.ether.stored = s.store.has
	s.ether.bot = s.inst.BotID
	s.slack.FailBy(s.ether.callFault)
	s.slack.FailEventsBy(s.ether.eventFault)
	s.slack.OnDelivery(s.ether.delivered)
	s.store.faulty.Store(true)
	perTalk := max(1, p.messages/p.visitors)
	for i := range p.visitors {
		n := perTalk
		if i < p.messages-perTalk*p.visitors {
			n++
		}
		s.talks = append(s.talks, newTalk(s, i, n))
	}
	return s
}

func (s *simulation) newDesk(i int) desk {
	s.t.Helper()
	d := desk{}
	for j := range 2 {
		d.agents = append(d.agents, s.slack.AddPerson(fakeslack.Person{Name: fmt.Sprintf("agent-%d-%d", i, j)}).ID)
	}
	name := fmt.Sprintf("desk-%d", i)
	d.channel = s.slack.AddChannel("chat-"+name, false, append([]string{s.inst.BotUserID}, d.agents...)...)
	g, err := s.b.CreateGroup(context.Background(), bridge.Group{
		Workspace: s.ws, Name: name, Channel: d.channel,
		UserGroup: s.slack.AddUserGroup(name, name, d.agents...),
	}, bridge.Author{})

	if err != nil {
		s.t.Fatal(err)
	}
	d.group = g.ID
	return d
}

// tearConnections ends the connection to Slack as often as planned, in each way
// that there is.
func (s *simulation) tearConnections() {
	r := s.dice.stream("connections")
	for range s.reconnects {
		mean := s.span / time.Duration(s.reconnects)
		time.Sleep(mean/2 + below(r, mean))
		for s.slack.Sockets() == 0 {
			time.Sleep(time.Second)
		}
		switch r.IntN(5) {
		case 0:
			_, _ = s.slack.Disconnect("warning")
		case 1:
			_, _ = s.slack.Disconnect("refresh_requested")
		case 2:
			s.slack.DropSockets(false)
		case 3:
			s.slack.DropSockets(true)
		case 4:
			s.slack.Silence()
		}
		s.ether.count("reconnect")
	}
}

// settle waits until nothing waits and nothing is in doubt, and until each thread
// was read once more on the timer of the catch-up. It reports whether that came to
// pass; Slack goes on failing meanwhile.
func (s *simulation) settle() bool {
	round := s.app.Rounds() + 1
	for range 6 * 60 * 2 {
		synctest.Wait()
		caughtUp, err := s.app.CaughtUp(context.Background(), round)
		if err == nil && caughtUp && s.app.Idle() && s.slack.InFlight() == 0 {
			return true
		}
		time.Sleep(10 * time.Second)
	}
	return false
}

// A talk is one visitor with the agents who answer. Its goroutine alone touches it.
type talk struct {
	s     *simulation
	r     *rand.Rand
	i     int
	left  int // messages to be said
	begin time.Duration

	visit *bridge.Visit
	id    bridge.ConversationID
	own   []string // marks of what the visitor wrote, as accepted
	said  []saying // by agents, in the order in which they wrote
	seen  []bridge.Event

	with   []int       // desks that take part
	before map[int]int // roots that a desk had when it was invited last
	closed bool
	wrong  []string
}

// saying is what an agent wrote in a thread.
type saying struct {
	mark        string
	channel, ts string
	root        string
	at          time.Time
	note        bool
}

func newTalk(s *simulation, i, messages int) *talk {
	r := s.dice.stream("talk", fmt.Sprint(i))
	k := &talk{
		s: s, r: r, i: i, left: messages, begin: below(r, s.span),
		with: []int{r.IntN(desks)}, before: map[int]int{},
	}
	if i%2 == 1 {
		// At the same instant as the one before, so that now and then two channels
		// have a thread of the same ts.
		twin := s.talks[i-1]
		k.begin, k.with = twin.begin, []int{(twin.with[0] + 1) % desks}
	}
	return k
}

// newMark names one message; marks are found again wherever they come out.
func (k *talk) newMark(kind string, n int) string { return fmt.Sprintf("%s%04d-%04d", kind, k.i, n) }

func (k *talk) run() {
	time.Sleep(k.begin)
	v, err := k.s.b.Enter(context.Background(), "main", "", func() {})
	if err != nil {
		k.fail("enter: %v", err)
		return
	}
	k.visit = v
	k.s.t.Cleanup(v.Leave)
	k.write()
	if k.r.IntN(2) == 0 {
		k.answerAtOnce()
	}
	for k.left > lastWords && k.wrong == nil {
		k.breathe()
		if k.r.IntN(6) > 0 {
			time.Sleep(below(k.r, 40*time.Second))
		}
		k.read()
		switch n := k.r.IntN(100); {
		case n < 48:
			k.write()
		case n < 95:
			k.answer()
		case n < 97:
			k.invite()
		case n < 98:
			k.leave()
		default:
			k.close()
		}
	}
	for range lastWords {
		k.breathe() // at one instant over one connection, as anything else that is said
		k.answer()
	}
	for k.left > 0 && k.wrong == nil { // nobody could answer
		k.write()
	}
	if k.r.IntN(10) > 0 {
		k.close()
	}
}

// lastWords is how many messages agents write just before the end.
const lastWords = 6

func (k *talk) fail(format string, args ...any) {
	k.wrong = append(k.wrong, fmt.Sprintf("conversation %d: ", k.i)+fmt.Sprintf(format, args...))
}

// write sends a message as a widget does: again with the same id until it is taken.
func (k *talk) write() {
	mark := k.newMark("v", len(k.own))
	body := mark + " where is <!channel> my *tea* & 1 < 2?"
	if k.r.IntN(50) == 0 {
		body += strings.Repeat(" A long story.", 270)
	}
	d := bridge.Draft{ID: bridge.EntryID(mark), Body: body, Group: k.s.desks[k.with[0]].group}
	for try := 0; ; try++ {
		r, err := k.visit.Send(context.Background(), d)
		if err == nil {
			k.id = r.Conversation
			break
		}
		if try == 20 {
			k.fail("send %s: %v", mark, err)
			return
		}
		time.Sleep(time.Second)
	}
	k.own = append(k.own, mark)
	k.s.ether.count("said")
	k.left--
	k.closed = false
	if len(k.own) == 1 {
		if _, err := k.visit.Resume(context.Background(), "", "", 0); err != nil {
			k.fail("resume: %v", err)
		}
	}
}

// answerAtOnce has an agent answer the moment that the root can be seen, which may
// be before the app knows that it stands.
func (k *talk) answerAtOnce() {
	for i := range 200 {
		if k.root(k.with[0]) != "" {
			k.s.ether.count("quick")
			k.answer()
			return
		}
		time.Sleep(time.Millisecond * time.Duration(1+i*i/100))
	}
}

// root is where the thread of a desk stands in Slack, "" while nobody can see one.
func (k *talk) root(d int) string {
	roots := k.s.ether.rootsOf(k.id, k.s.desks[d].group)
	if len(roots) <= k.before[d] {
		return ""
	}
	return roots[len(roots)-1]
}

// answer has an agent write in one of the threads, often twice without a pause.
func (k *talk) answer() {
	which := k.with[k.r.IntN(len(k.with))]
	root := k.root(which)
	if root == "" || k.closed || k.left == 0 {
		return
	}
	k.say(k.s.desks[which], root)
	if k.r.IntN(3) == 0 && k.left > 0 {
		k.breathe()
		k.say(k.s.desks[which], root)
	}
}

// breathe lets no time pass, unless what happens at one instant has no order: over
// two connections Slack sends as it likes.
func (k *talk) breathe() {
	if k.s.slack.Sockets() > 1 {
		time.Sleep(10 * time.Millisecond)
	}
}

func (k *talk) say(d desk, root string) {
	kind, prefix := "a", ""
	if k.r.IntN(20) == 0 {
		kind, prefix = "n", "// "
	}
	x := saying{mark: k.newMark(kind, len(k.said)), channel: d.channel, root: root, at: time.Now(), note: kind == "n"}
	var err error
	x.ts, err = k.s.slack.Say(d.agents[k.r.IntN(2)], d.channel, prefix+x.mark+" it is on its way", fakeslack.InThread(root))
	if err != nil {
		k.fail("answer: %v", err)
		return
	}
	k.said = append(k.said, x)
	k.s.ether.count("said")
	if x.note {
		k.s.ether.count("note")
	}
	k.left--
}

func (k *talk) invite() {
	d := k.r.IntN(desks)
	if k.closed || slices.Contains(k.with, d) || len(k.with) == 3 {
		return
	}
	k.before[d] = len(k.s.ether.rootsOf(k.id, k.s.desks[d].group))
	k.do("invite", func(ctx context.Context, by bridge.Author) error {
		return k.s.b.Invite(ctx, k.id, k.s.desks[d].group, by, "knows better")
	})
	k.with = append(k.with, d)
}

func (k *talk) leave() {
	if k.closed || len(k.with) < 2 {
		return
	}
	i := k.r.IntN(len(k.with))
	k.do("leave", func(ctx context.Context, by bridge.Author) error {
		return k.s.b.Leave(ctx, k.id, k.s.desks[k.with[i]].group, by)
	})
	k.with = slices.Delete(k.with, i, i+1)
}

func (k *talk) close() {
	if k.closed {
		return
	}
	time.Sleep(below(k.r, 10*time.Second))
	k.do("close", func(ctx context.Context, by bridge.Author) error { return k.s.b.Close(ctx, k.id, by) })
	k.closed = true
}

// do has an agent press a button until it is done.
func (k *talk) do(what string, press func(context.Context, bridge.Author) error) {
	by := bridge.Author{Agent: bridge.AgentID(k.s.desks[k.with[0]].agents[0])}
	for try := 0; ; try++ {
		err := press(context.Background(), by)
		switch bridge.CodeOf(err) {
		case "", bridge.CodeConflict, bridge.CodeClosed:
			k.s.ether.count(what)
			return
		}
		if try == 20 {
			k.fail("%s: %v", what, err)
			return
		}
		time.Sleep(time.Second)
	}
}

// read takes what is new for the visitor.
func (k *talk) read() {
	for k.id != "" {
		events, moved, err := k.visit.Next(context.Background(), 50)
		if err != nil || moved {
			k.fail("read: %v (moved: %v)", err, moved)
			return
		}
		if len(events) == 0 {
			return
		}
		k.seen = append(k.seen, events...)
	}
}

func (x saying) thread() string { return x.channel + "/" + x.root }
