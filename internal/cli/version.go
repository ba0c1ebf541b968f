package cli

import (
	"context"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersionCommand(a *app) *cobra.Command {
	o := struct{ json bool }{}
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Example: `  cggm version
  cggm version --json`,
		Args: cobra.NoArgs,
	}
	addJSON(cmd, &o.json)
	cmd.RunE = a.action(func(context.Context, []string) error {
		if o.json {
			return a.streams.printJSON(struct {
				Version string `json:"version"`
			}{version()})
		}
		return a.streams.print("cggm " + version() + "\n")
	})
	return cmd
}

// version is what the build knows about itself: the module's version, and the
// commit where the build had one.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v := info.Main.Version
	if v == "" {
		v = "(devel)"
	}
	settings := buildSettings(info)
	if revision := settings["vcs.revision"]; revision != "" && v == "(devel)" {
		v += " " + revision[:min(len(revision), 12)]
		if settings["vcs.modified"] == "true" {
			v += " modified"
		}
	}
	return v
}

func buildSettings(info *debug.BuildInfo) map[string]string {
	settings := make(map[string]string)
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	return settings
}
