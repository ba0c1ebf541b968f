package food101

// What the end-to-end tests use of the others.
var (
	Write          = write
	WriteListed    = writeListed
	AddCheckpoints = addCheckpoints
)
