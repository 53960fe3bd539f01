package config

import (
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"
)

// The values of a rabbitmq.conf, in our words.

func unit(name string) func(string) (string, error) {
	return func(text string) (string, error) {
		if text == "undefined" || text == "infinity" || text == "false" {
			text = "0"
		}
		if _, err := parseInt(text); err != nil {
			return "", err
		}
		return text + name, nil
	}
}

// toNumber reads a number, or infinity, which is 0 here.
func toNumber(text string) (string, error) {
	if text == "infinity" {
		return "0", nil
	}
	_, err := parseInt(text)
	return text, err
}

// toChannels reads channel_max, of which 0 is as many as there can be.
func toChannels(text string) (string, error) {
	if text == "0" {
		return "65535", nil
	}
	return toNumber(text)
}

var binarySize = regexp.MustCompile(`^(\d+)\s*([kKmMgG])i?$`)

// toSize reads a size: RabbitMQ's k, M and G are binary.
func toSize(text string) (string, error) {
	if m := binarySize.FindStringSubmatch(text); m != nil {
		text = m[1] + strings.ToUpper(m[2]) + "iB"
	}
	text = strings.Replace(text, "kiB", "KiB", 1)
	_, err := parseBytes(text)
	return text, err
}

// toShare reads a share; with us it has a point.
func toShare(text string) (string, error) {
	if !strings.Contains(text, ".") {
		text += ".0"
	}
	return text, new(Watermark).parse(text)
}

// toAddr reads a port, or an address and a port, with or without brackets.
func toAddr(text string) (string, error) {
	if _, err := strconv.ParseUint(text, 10, 16); err == nil {
		return ":" + text, nil
	}
	if text == "none" {
		return text, nil
	}
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return "", fmt.Errorf("want a port, or an address and a port, got '%s'", text)
	}
	if _, err := strconv.ParseUint(text[i+1:], 10, 16); err != nil {
		return "", fmt.Errorf("want a port, or an address and a port, got '%s'", text)
	}
	return net.JoinHostPort(strings.Trim(text[:i], "[]"), text[i+1:]), nil
}

var levelWords = map[string]string{
	"debug": "debug", "info": "info", "notice": "info", "warning": "warn", "error": "error",
	"critical": "error", "alert": "error", "emergency": "error", "none": "error",
}

func toLevel(text string) (string, error) {
	if level := levelWords[text]; level != "" {
		return level, nil
	}
	return "", fmt.Errorf("want debug, info, warning, error or none, got '%s'", text)
}

// toCategory is toLevel of a category, which may be silent.
func toCategory(text string) (string, error) {
	if text == "none" {
		return text, nil
	}
	return toLevel(text)
}

func toFormat(text string) (string, error) {
	switch text {
	case "json":
		return FormatJSON, nil
	case "plaintext":
		return FormatText, nil
	}
	return "", fmt.Errorf("want json or plaintext, got '%s'", text)
}

// toQueueType takes the names of modules for what they mean.
func toQueueType(text string) (string, error) {
	text = strings.TrimSuffix(strings.TrimPrefix(text, "rabbit_"), "_queue")
	return text, nil
}
