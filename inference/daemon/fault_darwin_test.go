package daemon

import "testing"

func limitDescriptors(t *testing.T, _ int, _ uint64) (restore func()) {
	t.Skip("the limits of another process cannot be set here")
	return nil
}
