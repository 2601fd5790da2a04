//go:build !unix

package chunker

func hardenWorker() {}
