// Command generate writes the pages in docs that are made of doc comments. Its
// argument is the folder of the module.
package main

import (
	"fmt"
	"os"
	"path/filepath"

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
		return fmt.Errorf("%d arguments: name the folder of the module", len(args))
	}
	text, err := manual.Markdown()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(args[0], "docs", "methods.md"), []byte(text), 0o600); err != nil {
		return err
	}
	name := filepath.Join(args[0], "docs", "configuration.md")
	page, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if page, err = manual.Configuration(os.DirFS(args[0]), page); err != nil {
		return err
	}
	return os.WriteFile(name, page, 0o600)
}
