package brats2021

// What the end-to-end tests use of the others.
var (
	WriteVolumes = write
	CopyFixture  = copyFixture
)
