#!/bin/sh
# After removing. Messages are never deleted by accident: only "purge" of dpkg
# does, and rpm leaves them.
set -e

if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
fi
if [ "$1" = purge ]; then
	rm -rf /var/lib/hutchmq
	rmdir /etc/hutchmq 2>/dev/null || true
	if getent passwd hutchmq >/dev/null; then
		userdel hutchmq
	fi
	if getent group hutchmq >/dev/null; then
		groupdel hutchmq
	fi
fi
