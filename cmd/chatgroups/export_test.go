package main

// Run is run, for tests that start the program in a process of its own.
var Run = run
