#!/bin/sh
# Before removing; before an upgrade (dpkg: "upgrade", rpm: 1) the broker goes on.
set -e

case "$1" in
remove | 0)
	if [ -d /run/systemd/system ]; then
		systemctl disable --now hutchmq.service
	fi
	;;
esac
