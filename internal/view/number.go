package view

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"cggm/balance"
)

// number formats a score, loss or coefficient in at most nine characters.
func number(v float64) string {
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return "-"
	case a >= 1e4:
		return fmt.Sprintf("%.2e", v)
	case a >= 100:
		return fmt.Sprintf("%.1f", v)
	case a > 0 && a < 1e-3:
		return fmt.Sprintf("%.1e", v)
	}
	return fmt.Sprintf("%.4f", v)
}

// signed formats a difference.
func signed(v float64) string {
	if s := number(v); v > 0 {
		return "+" + s
	}
	return number(v)
}

// lookup formats the named entry, "-" when there is none.
func lookup(scores map[string]float64, name string) string {
	if v, ok := scores[name]; ok {
		return number(v)
	}
	return "-"
}

// optional formats a value that may be missing.
func optional(v *float64) string {
	if v == nil {
		return "-"
	}
	return number(*v)
}

// seconds formats a duration for results.
func seconds(s float64) string {
	if s < 60 {
		return fmt.Sprintf("%.1f s", s)
	}
	return clock(time.Duration(s * float64(time.Second)))
}

// clock formats a duration as 0:41 or 1:02:03.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// ordered returns the names of scores, first in front when it is among them.
func ordered[T any](scores map[string]T, first string) []string {
	names := slices.Sorted(maps.Keys(scores))
	if i := slices.Index(names, first); i > 0 {
		names = slices.Insert(slices.Delete(names, i, i+1), 0, first)
	}
	return names
}

// coefficients picks the per-modality coefficients from reported scalars.
func coefficients(values map[string]float64) map[string]float64 {
	c := make(map[string]float64)
	for name, v := range values {
		if modality, ok := strings.CutPrefix(name, balance.CoefficientName+"/"); ok {
			c[modality] = v
		}
	}
	return c
}
