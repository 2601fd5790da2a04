package models

import (
	"embed"
	"io/fs"
)

//go:embed default/config.json default/generation_config.json default/gloss.json default/tokenizer.json default/onnx
var embedded embed.FS

// shipped is the model inside the binary.
func shipped() fs.FS {
	files, err := fs.Sub(embedded, "default")
	if err != nil {
		panic(err) // the pattern above is a valid path
	}
	return files
}
