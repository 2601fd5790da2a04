package models

import (
	"embed"
	"io/fs"
)

//go:embed default/config.json default/generation_config.json default/gloss.json default/tokenizer.json default/onnx
var embedded embed.FS

// shippedGraph is the graph among the embedded files, which are in the binary
// once however often they are named. The bytes of a string need no copy, as
// those of embed.FS do: it would be the largest that gloss holds.
//
//go:embed default/onnx/model_quantized.onnx
var shippedGraph string

// shipped is the model inside the binary.
func shipped() fs.FS {
	files, err := fs.Sub(embedded, "default")
	if err != nil {
		panic(err) // the pattern above is a valid path
	}
	return files
}

// shippedSize is the sum of the shipped files' sizes in bytes.
func shippedSize() int64 {
	var sum int64
	_ = fs.WalkDir(shipped(), ".", func(_ string, d fs.DirEntry, err error) error {
		if info, infoErr := d.Info(); err == nil && infoErr == nil && !d.IsDir() {
			sum += info.Size()
		}
		return nil
	})
	return sum
}
