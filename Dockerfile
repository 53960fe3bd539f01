# The broker in an image that holds nothing else:
#
#	docker build --build-arg VERSION="$(git describe --tags --always)" -t hutchmq .
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o /out/hutchmq ./cmd/hutchmq \
	&& mkdir -p /out/etc/ssl/certs /out/var/lib/hutchmq /out/etc/hutchmq /out/usr/bin \
	&& for name in hutchmq rabbitmqctl rabbitmq-diagnostics rabbitmq-queues; do ln -s /hutchmq /out/usr/bin/$name; done \
	&& cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/ \
	&& chown 65532:65532 /out/var/lib/hutchmq

FROM scratch
LABEL org.opencontainers.image.title="HutchMQ" \
	org.opencontainers.image.source="https://github.com/hutchmq/hutchmq" \
	org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /out /
# As in RabbitMQ's image guest may log in from other machines: from outside of a
# container everybody is on another one. Set HUTCHMQ_DEFAULTS_USER and
# HUTCHMQ_DEFAULTS_PASS before anybody else can reach it.
ENV PATH=/usr/bin \
	HUTCHMQ_DATA_DIR=/var/lib/hutchmq \
	HUTCHMQ_AUTH_LOOPBACK_USERS=none
USER 65532:65532
VOLUME /var/lib/hutchmq
EXPOSE 5671 5672 15671 15672 15691 15692
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=15m --start-interval=1s --retries=3 CMD ["/hutchmq", "ctl", "ping"]
ENTRYPOINT ["/hutchmq"]
CMD ["server"]
