package main

var DemoPage = demoPage
