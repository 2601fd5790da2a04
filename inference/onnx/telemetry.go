package onnx

import (
	"bytes"
	"fmt"
	"os"
)

// Telemetry says what a library can tell its makers.
type Telemetry int

const (
	// NoTelemetry is a library that knows no collector. On Windows there may
	// be events of the system's own tracing, which Initialize switches off.
	NoTelemetry Telemetry = iota
	// SwitchedOff is a library with a collector that Initialize switches off.
	SwitchedOff
	// Unstoppable is a library with a collector and without the switch.
	Unstoppable
)

// LibraryTelemetry looks into the file of a library. It goes by the texts that a
// library with a collector holds, the collector's address and the switch's
// name: releases up to 1.27 have neither, those from 1.29 on have both on Linux
// and macOS.
func LibraryTelemetry(library string) (Telemetry, error) {
	text, err := os.ReadFile(library)
	switch {
	case err != nil:
		return Unstoppable, fmt.Errorf("look for telemetry: %w", err)
	case !bytes.Contains(text, []byte("OneCollector")):
		return NoTelemetry, nil
	case bytes.Contains(text, []byte(telemetryEnv)):
		return SwitchedOff, nil
	}
	return Unstoppable, nil
}
