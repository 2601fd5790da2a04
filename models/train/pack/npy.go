package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// writeArray writes the pieces of one array in NumPy's format, version 1.0: a
// magic number, a header in Python's syntax that is padded to a multiple of 64
// bytes, and the values.
func writeArray(w io.Writer, pieces ...[]uint16) error {
	const magic, align = "\x93NUMPY\x01\x00", 64
	n := 0
	for _, p := range pieces {
		n += len(p)
	}
	dict := fmt.Sprintf("{'descr': '<u2', 'fortran_order': False, 'shape': (%d,), }", n)
	unpadded := len(magic) + 2 + len(dict) + 1
	dict += strings.Repeat(" ", (align-unpadded%align)%align) + "\n"
	head := binary.LittleEndian.AppendUint16([]byte(magic), uint16(len(dict)))
	if _, err := w.Write(append(head, dict...)); err != nil {
		return err
	}
	for _, p := range pieces {
		if err := binary.Write(w, binary.LittleEndian, p); err != nil {
			return err
		}
	}
	return nil
}
