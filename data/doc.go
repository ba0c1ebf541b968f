// Package data holds the array that every reader below it returns, and the
// error with which every reader refuses a file. The readers turn bytes into
// arrays and nothing else: they know no models, no tasks and no graphs.
//
// Every reader keeps to the same promises. It reserves memory in proportion to
// the bytes that are really there, never to a size that a file merely claims.
// It returns an error for a damaged file and does not panic or run on. The
// error is a [*FileError]: it names the file, the offset or key, what was found
// and what would have been valid. Nothing in a file is ever executed.
package data
