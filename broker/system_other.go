//go:build !linux && !darwin

package broker

import "errors"

func freeDisk(string) (int64, error) { return 0, errors.ErrUnsupported }

func maxFiles() int { return 0 }

func contextSwitches() uint64 { return 0 }
