package mosi

// Folders of both layouts for the tests of training.
var (
	Made = made
	Save = save
)
