// Package fakeslack is a Slack workspace in one process: its people, channels
// and user groups, the Web API, Socket Mode, signed HTTP delivery, slash
// commands, buttons and views. It stands behind the tests and the demo.
//
// # Use
//
//	w := fakeslack.New(fakeslack.Config{})
//	ann := w.AddPerson(fakeslack.Person{Name: "ann"})
//	chat := w.AddChannel("chat-sales", false, ann.ID)
//	app := w.InstallApp(fakeslack.App{Name: "Chatgroups", Scopes: …, SocketMode: true})
//	server := httptest.NewServer(w.Handler())
//	go w.Run(ctx)
//
// and then slack.New(app.BotToken, slack.OptionAPIURL(server.URL+"/api/")), or any
// other client of Slack's. Three groups of methods remain: playing people (Say,
// React, Command, Click, FillView, Suggest, SubmitView, SetPresence, Approve …),
// looking (Messages, Thread, Modal, Home, Ledger, Requests, Mistakes …) and making
// trouble (Fail, FailEvents, DropSockets, Silence, Restrict, SetPlan,
// KeepUserGroupsToAdmins, SetUploads …).
//
// Neighbour adds a second workspace at the same address, for apps that serve
// several, and ShareChannel connects a channel of the two.
//
// # How true it is
//
// The package is as strict as Slack where Slack's strictness is known, and where
// it is not, it takes the side that is worse for an app. Each behaviour that an
// app could depend on is labelled where it is written:
//
//   - Documented: Slack's documentation says so; the page is named by its path
//     below docs.slack.dev, or is Slack's own data about a method.
//   - Observed: client libraries or their issue threads show it.
//   - Assumed: nobody outside Slack has written it down. Every assumption that
//     matters is a field of Assumptions, so that a test can run both ways.
//
// Behaviours lists them all in short. The tests show each of them, and the folder
// likeness tries Slack's own clients on the package.
//
// # Goroutines and time
//
// New starts nothing. Run owns every goroutine (sockets, deliveries, retries)
// and returns when all are gone. Whatever waits, waits on the Clock of the
// Config: with a ManualClock, five minutes of retries take no time, and nothing
// that is timed happens until the clock is advanced.
//
// All methods of Workspace may be called from any goroutine. Those that wait for
// the app's answer take a context; no others block.
package fakeslack
