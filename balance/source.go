package balance

import (
	"embed"
	"io/fs"
)

//go:embed *.go
var source embed.FS

// Source returns the package's own source files. The manual of the methods is
// made of their doc comments, so that there is one place to write it.
func Source() fs.FS { return source }
