package main

import (
	"github.com/spf13/cobra"

	"github.com/gloss-lsp/gloss/chunker"
	"github.com/gloss-lsp/gloss/models"
)

// completion is how cobra asks what a shell may offer.
type completion = func(c *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective)

// oneOf offers a fixed choice.
func oneOf(choices ...string) completion {
	return cobra.FixedCompletions(choices, cobra.ShellCompDirectiveNoFileComp)
}

// complete tells shells what a flag of c may be.
func complete(c *cobra.Command, flag string, values completion) {
	if err := c.RegisterFlagCompletionFunc(flag, values); err != nil {
		panic(err) // there is no such flag, or it was told before
	}
}

func languageIDs() []string {
	var ids []string
	for _, l := range chunker.Languages() {
		ids = append(ids, l.ID)
	}
	return ids
}

// modelNames offers the models that are wanted, and what they are. Where none
// fits, shells offer folders, which models are as well.
func modelNames(wanted func(models.Listing) bool) completion {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		list, err := modelStore().List()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		var names []cobra.Completion
		for _, l := range list {
			if wanted(l) {
				names = append(names, cobra.CompletionWithDesc(printableLine(l.Name), printableLine(about(l))))
			}
		}
		return names, cobra.ShellCompDirectiveDefault
	}
}

// oneModel is modelNames for an argument that comes once.
func oneModel(wanted func(models.Listing) bool) completion {
	names := modelNames(wanted)
	return func(c *cobra.Command, args []string, begun string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return names(c, args, begun)
	}
}

func installed(l models.Listing) bool { return l.Installed }

func pullable(l models.Listing) bool { return l.Entry != nil && l.Entry.Pullable() }

func removable(l models.Listing) bool {
	return l.Name != models.Default && (l.Installed || l.Partial > 0)
}
