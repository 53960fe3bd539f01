//go:build unix

package main

import "syscall"

// rotateSignal asks for a new log file.
const rotateSignal = syscall.SIGUSR1
