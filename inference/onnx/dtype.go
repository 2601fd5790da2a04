package onnx

import "fmt"

// DType is the element type of a tensor, numbered as in onnx.proto's
// TensorProto.DataType, which is also ONNX Runtime's numbering.
type DType int32

// The element types that gloss can feed or read.
const (
	Float32 DType = 1
	Int64   DType = 7
	Bool    DType = 9
	Float16 DType = 10
)

var dtypes = map[DType]struct {
	name string
	bits int
}{
	1: {"float32", 32}, 2: {"uint8", 8}, 3: {"int8", 8}, 4: {"uint16", 16}, 5: {"int16", 16},
	6: {"int32", 32}, 7: {"int64", 64}, 8: {"string", 0}, 9: {"bool", 8}, 10: {"float16", 16},
	11: {"float64", 64}, 12: {"uint32", 32}, 13: {"uint64", 64}, 16: {"bfloat16", 16},
	17: {"float8e4m3fn", 8}, 19: {"float8e5m2", 8}, 21: {"uint4", 4}, 22: {"int4", 4},
}

// String returns the type's name, for example "float16".
func (d DType) String() string {
	if t, ok := dtypes[d]; ok {
		return t.name
	}
	return fmt.Sprintf("type %d", int32(d))
}

// bits returns the size of one element, 0 where it varies or is unknown.
func (d DType) bits() int { return dtypes[d].bits }
