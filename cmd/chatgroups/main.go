// Command chatgroups turns website chat into Slack threads for the right team.
//
//	chatgroups demo      the whole thing on this machine, with a simulated Slack
//	chatgroups serve     the bridge, for your workspace
//	chatgroups check     what is wrong with the configuration, and how to mend it
//	chatgroups version
//
// This is the only place that knows flags, environment names and what is wired to
// what.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes that others rely on.
const (
	exitOK     = 0
	exitFailed = 1
	exitConfig = 2 // bad configuration: one line on stderr names the setting and the mend
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The first signal asks for a clean stop; a second one, by then unhandled,
	// ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

type cli struct {
	Serve   serveCmd   `cmd:"" help:"Run the bridge for your Slack workspace."`
	Demo    demoCmd    `cmd:"" help:"Run everything on this machine with a simulated Slack; needs no account."`
	Check   checkCmd   `cmd:"" help:"Look at the configuration and say what is wrong and how to mend it."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// program is what every command is given.
type program struct {
	ctx    context.Context
	stdout io.Writer
	stderr io.Writer
}

// run parses args and carries out one command until it is done or ctx is.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	exited := -1
	parser, err := kong.New(&c,
		kong.Name("chatgroups"),
		kong.Description("Website chat in the threads of the right Slack team."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(code int) { exited = code }), // --help
	)
	if err != nil {
		fmt.Fprintln(stderr, "chatgroups:", err)
		return exitFailed
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err == nil {
		err = command.Run(&program{ctx, stdout, stderr})
	} else {
		err = configError{err.Error() + ": see chatgroups --help"}
	}
	if err == nil {
		return exitOK
	}
	if !errors.Is(err, errSaid) {
		fmt.Fprintln(stderr, "chatgroups:", err)
	}
	if _, ok := errors.AsType[configError](err); ok {
		return exitConfig
	}
	return exitFailed
}

// configError is a setting that cannot work; its text names the setting and the
// mend in one line.
type configError struct{ text string }

func (e configError) Error() string { return e.text }

func badSetting(format string, args ...any) error { return configError{fmt.Sprintf(format, args...)} }

// errSaid is a failure that the command has explained already.
var errSaid = errors.New("failed")
