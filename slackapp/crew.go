package slackapp

import "sync"

// A crew is goroutines with an owner who waits for them. Unlike a bare
// sync.WaitGroup it may be asked for more while the owner waits already: webhooks
// and the bridge call in until the very end.
type crew struct {
	mu    sync.Mutex // guards the following
	ended bool
	wg    sync.WaitGroup
}

// start runs fn on its own, or reports false when the owner has begun to wait:
// then nothing new is begun.
func (c *crew) start(fn func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return false
	}
	c.wg.Go(fn)
	return true
}

// end lets nothing new begin, and waits for what is under way.
func (c *crew) end() {
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	c.wg.Wait()
}
