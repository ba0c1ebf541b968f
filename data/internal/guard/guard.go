// Package guard turns panics of foreign decoders into errors about the file.
package guard

import (
	"fmt"

	"cggm/data"
)

// Call calls f. A panic in f becomes a [*data.FileError] about the file; what
// is the kind of file that f decodes.
func Call(path, what string, f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &data.FileError{
				Path: path, Found: "contents that the decoder stumbles over", Want: "a sound " + what, Err: fmt.Errorf("panic: %v", r),
			}
		}
	}()
	return f()
}
