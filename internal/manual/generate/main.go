// Command generate writes the page of all methods to the named file.
package main

import (
	"fmt"
	"os"

	"cggm/internal/manual"
)

func main() {
	if err := write(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func write(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("%d arguments: name the file to write", len(args))
	}
	text, err := manual.Markdown()
	if err != nil {
		return err
	}
	return os.WriteFile(args[0], []byte(text), 0o600)
}
