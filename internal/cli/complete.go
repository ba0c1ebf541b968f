package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"cggm/balance"
	"cggm/config"
)

// completeTasks offers the tasks, and files with the given endings.
func completeTasks(a *app, endings ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		var names []cobra.Completion
		for _, t := range a.work.tasks() {
			if len(prefix) <= len(t.Name) && t.Name[:len(prefix)] == prefix {
				names = append(names, cobra.CompletionWithDesc(t.Name, t.Title))
			}
		}
		if len(names) == 0 && len(endings) > 0 {
			return endings, cobra.ShellCompDirectiveFilterFileExt
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

func completeMethods(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var names []cobra.Completion
	for _, e := range balance.Entries() {
		names = append(names, cobra.CompletionWithDesc(e.Name, e.Title))
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// completeMethod offers one method as an argument.
func completeMethod(cmd *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return completeMethods(cmd, args, prefix)
}

// checkMethod reports a method, or a part of one joined by +, that does not
// exist.
func checkMethod(name string) error {
	for _, part := range balance.Split(name) {
		if _, err := balance.Find(part); err != nil {
			var names []string
			for _, e := range balance.Entries() {
				names = append(names, e.Name)
			}
			return usageError{fmt.Errorf("%w%s", err, config.Suggest(part, names))}
		}
	}
	return nil
}

// must stops a program whose commands are put together wrongly.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
