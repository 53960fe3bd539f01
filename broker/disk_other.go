//go:build !linux && !darwin

package broker

import "errors"

func freeDisk(string) (int64, error) { return 0, errors.ErrUnsupported }
