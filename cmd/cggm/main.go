// Command cggm trains balanced multimodal models.
package main

import (
	"os"

	"cggm/internal/cli"
)

func main() { os.Exit(cli.Main()) }
