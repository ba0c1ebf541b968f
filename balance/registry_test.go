package balance

import (
	"math"
	"reflect"
	"strings"
	"testing"
)

// No method takes a setting that is no finite number: it would pass its checks
// of ranges, which compare, and show as a training that diverges.
func TestSettingsAreNumbers(t *testing.T) {
	for _, entry := range Entries() {
		kind := reflect.TypeOf(entry.Default()).Elem()
		for i := range kind.NumField() {
			field := kind.Field(i)
			if field.Type.Kind() != reflect.Float64 {
				continue
			}
			for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				_, err := New(entry.Name, func(_ string, m Method) error {
					reflect.ValueOf(m).Elem().Field(i).SetFloat(bad)
					return nil
				})
				if err == nil || !strings.Contains(err.Error(), entry.Name) || !strings.Contains(err.Error(), field.Tag.Get("yaml")) {
					t.Errorf("%s: %s %g: got %v, want a refusal that names both", entry.Name, field.Name, bad, err)
				}
			}
		}
	}
}
