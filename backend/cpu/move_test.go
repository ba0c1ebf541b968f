package cpu_test

import (
	"github.com/gomlx/compute/dtypes"
)

// movable are the dtypes whose elements are moved as they are.
var movable = []dtypes.DType{
	dtypes.Float32, dtypes.Float64, dtypes.Float16, dtypes.BFloat16, dtypes.Int8, dtypes.Int16, dtypes.Int32, dtypes.Int64,
	dtypes.Uint8, dtypes.Uint16, dtypes.Uint32, dtypes.Uint64, dtypes.Bool,
}
