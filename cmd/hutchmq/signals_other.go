//go:build !unix

package main

import "syscall"

// rotateSignal is never sent here: systems without SIGUSR1 rotate over HTTP.
const rotateSignal = syscall.Signal(-1)
