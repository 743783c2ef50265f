// Package bridgetest holds what tests of the bridge and of its stores share:
// TestStore, the conformance suite that every bridge.Store passes, and Memory, a
// Store for tests that passes it too.
//
// The suite asks for what the contract in bridge/store.go says and for nothing
// beyond it, so that an embedded file and a cluster can both pass. A sentence of
// the contract without a test here is a gap in the suite.
package bridgetest
