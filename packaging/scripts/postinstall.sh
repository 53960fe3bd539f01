#!/bin/sh
# After installing and upgrading. dpkg says "configure", rpm a number.
set -e

if ! getent group hutchmq >/dev/null; then
	groupadd --system hutchmq
fi
if ! getent passwd hutchmq >/dev/null; then
	useradd --system --gid hutchmq --home-dir /var/lib/hutchmq --no-create-home \
		--shell /usr/sbin/nologin --comment "HutchMQ message broker" hutchmq
fi
if [ ! -d /var/lib/hutchmq ]; then
	install -d -m 0750 -o hutchmq -g hutchmq /var/lib/hutchmq
fi

# A broker that ran before an upgrade runs the new binary; one that did not is
# for the operator to start, when the settings are as they should be.
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload
	systemctl try-restart hutchmq.service
fi
