package onnx

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"syscall"
	"unsafe"
)

// mapped returns the file that data is a mapped part of, and where in it data
// starts. The graph inside the program is such: a part of the program's file,
// which cannot be written while it runs. It reports false for other memory, and
// for a file that has another name by now or none.
func mapped(data []byte) (file string, offset int64, ok bool) {
	maps, err := os.Open("/proc/self/maps")
	if err != nil || len(data) == 0 {
		return "", 0, false
	}
	defer maps.Close()
	at := uint64(uintptr(unsafe.Pointer(unsafe.SliceData(data))))
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var start, end, from, major, minor, inode uint64
		var mode string
		n, _ := fmt.Sscanf(lines.Text(), "%x-%x %s %x %x:%x %d", &start, &end, &mode, &from, &major, &minor, &inode)
		if n < 7 || at < start || at+uint64(len(data)) > end || mode != "r--p" || inode == 0 {
			continue
		}
		_, path, _ := strings.Cut(lines.Text(), "/")
		info, err := os.Stat("/" + path)
		if err != nil {
			return "", 0, false
		}
		stat, is := info.Sys().(*syscall.Stat_t)
		return "/" + path, int64(from + at - start), is && stat.Ino == inode
	}
	return "", 0, false
}

// release gives back the memory of data, a mapped part of a file: should it be
// read once more, it comes from the file again.
func release(data []byte) {
	page := os.Getpagesize()
	skip := -int(uintptr(unsafe.Pointer(unsafe.SliceData(data)))) & (page - 1)
	if whole := (len(data) - skip) &^ (page - 1); whole > 0 {
		_ = syscall.Madvise(data[skip:skip+whole], syscall.MADV_DONTNEED) // it only saves memory
	}
}
