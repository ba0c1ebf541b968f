//go:build !amd64 || purego

package kernel

func fastUnary(unaryOp, []float32, []float32) bool                        { return false }
func fastBinary(binaryOp, []float32, []float32, []float32) bool           { return false }
func fastScalar(binaryOp, []float32, []float32, float32) bool             { return false }
func fastMulAdd(_, _, _, _ []float32) bool                                { return false }
func fastAddScaled([]float32, []float32, float32, []float32) bool         { return false }
func fastReLUGrad(_, _, _ []float32) bool                                 { return false }
func fastCompare(Comparison, []bool, []float32, []float32) bool           { return false }
func fastCompareScalar(Comparison, []bool, []float32, float32) bool       { return false }
func fastSelect([]float32, []bool, []float32, []float32) bool             { return false }
func fastSelectScalar([]float32, []bool, []float32, float32) bool         { return false }
func fastAdam(*AdamStep, []float32, []float32, []float32, []float32) bool { return false }
func fastSum([]float32) (float32, bool)                                   { return 0, false }
func fastDot(_, _ []float32) (float32, bool)                              { return 0, false }
func fastMax([]float32) (float32, bool)                                   { return 0, false }
func fastMin([]float32) (float32, bool)                                   { return 0, false }
func fastSoftmaxRow(_, _ []float32) bool                                  { return false }
func fastSoftmaxGradRow(_, _, _ []float32) bool                           { return false }
func fastTranspose[T any](_, _ []T, _, _, _, _ int) bool                  { return false }
func fastPhilox([]uint32, uint64, [2]uint64) int                          { return 0 }
func fastUniform([]float32, []uint32) bool                                { return false }
func fastFromFloat16([]float32, []uint16) bool                            { return false }
func fastToFloat16([]uint16, []float32) bool                              { return false }
func (t *tileArgs) fast() bool                                            { return false }
