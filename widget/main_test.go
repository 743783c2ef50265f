package widget_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// roles are what this test program does instead of testing when it is started
// again by one of its own benchmarks, with the role's name in roleVariable.
var roles = map[string]func(){}

const roleVariable = "CHATGROUPS_WIDGET_BENCHMARK_ROLE"

func TestMain(m *testing.M) {
	if play := roles[os.Getenv(roleVariable)]; play != nil {
		play()
		return
	}
	goleak.VerifyTestMain(m)
}
