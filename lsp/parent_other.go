//go:build !linux

package lsp

import "context"

// waitForExit returns true when the process pid has ended, and false when ctx
// has.
func waitForExit(ctx context.Context, pid int) bool { return poll(ctx, pid) }
