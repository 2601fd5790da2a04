package main

// peakMemoryMB is not measured on Windows.
func peakMemoryMB() float64 { return 0 }
