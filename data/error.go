package data

import (
	"errors"
	"strings"
)

// ErrFormat is wrapped by every error about the contents of a file, as opposed
// to an error of the file system.
var ErrFormat = errors.New("data: bad file")

// FileError says what is wrong with the contents of a file.
type FileError struct {
	// Path is the file, or the name that the caller gave a stream.
	Path string
	// Where is the place in the file: "offset 128", "key labels", "line 7".
	Where string
	// Found is what the file holds there.
	Found string
	// Want is what is valid there, with advice where there is some.
	Want string
	// Err is the cause, nil if the file itself is the cause.
	Err error
}

// Error returns the path, the place, what was found and what is valid.
func (e *FileError) Error() string {
	var b strings.Builder
	b.WriteString("data: ")
	if e.Path != "" {
		b.WriteString(e.Path + ": ")
	}
	if e.Where != "" {
		b.WriteString(e.Where + ": ")
	}
	b.WriteString("found " + e.Found)
	if e.Want != "" {
		b.WriteString(", want " + e.Want)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns ErrFormat and the cause.
func (e *FileError) Unwrap() []error {
	if e.Err == nil {
		return []error{ErrFormat}
	}
	return []error{ErrFormat, e.Err}
}
