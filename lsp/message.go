package lsp

import (
	"context"

	"github.com/gloss-lsp/gloss/lsp/wire"
)

// show shows a message to the user.
func (s *server) show(ctx context.Context, t wire.MessageType, text string) error {
	return s.editor.ShowMessage(ctx, t, s.client.Message(text))
}

// ask shows a message with one button and returns its title if it is pressed.
func (s *server) ask(ctx context.Context, t wire.MessageType, text, action string) (string, error) {
	return s.editor.AskMessage(ctx, t, s.client.Message(text), action)
}
