package lsp

import (
	"context"
	"strings"
)

// show shows a message to the user.
func (s *server) show(ctx context.Context, t messageType, text string) error {
	return s.editor.showMessage(ctx, t, s.client.message(text))
}

// ask shows a message with one button and returns its title if it is pressed.
func (s *server) ask(ctx context.Context, t messageType, text, action string) (string, error) {
	return s.editor.askMessage(ctx, t, s.client.message(text), action)
}

// label returns the title of a lens such that the client shows it as it is: with
// a space of no width in it where VS Code would make an icon of $(name). VS
// Code's own escape, a backslash, would be seen where the title is shown
// otherwise than as a lens.
func (c *clientCapabilities) label(text string) string {
	if !c.labelIcons {
		return text
	}
	return strings.ReplaceAll(text, "$(", "$\u200b(")
}

// message returns the text of a message such that the client shows it as it is.
// VS Code would make a link of [text](command:name), which runs the command with
// arguments of the text's choice; names and comments are anybody's.
func (c *clientCapabilities) message(text string) string {
	if !c.labelIcons {
		return text
	}
	return strings.ReplaceAll(text, "](", "]\u200b(")
}
