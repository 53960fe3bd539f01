// Package amqp turns AMQP 0-9-1 bytes into values and values into bytes:
// frames, methods, properties, tables, and the errors a peer may be sent. It
// knows no socket, no queue and no user.
package amqp
