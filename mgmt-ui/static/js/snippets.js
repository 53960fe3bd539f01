// Programs to copy, with the address that this browser has reached.

import { user } from './api.js';

/** @typedef {import('../../types/api').Overview | undefined} O */

/** The port of plain AMQP, as the overview knows it. @param {O} overview */
const amqpPort = (overview) => overview?.listeners?.find((l) => l.protocol === 'amqp')?.port ?? 5672;

/** The address of a vhost. Of passwords, only the one that everybody knows is known here. @param {O} overview @param {string} vhost */
function amqpAddress(overview, vhost) {
  const name = user.value?.name ?? 'guest';
  const password = name === 'guest' ? 'guest' : 'PASSWORD';
  return `amqp://${encodeURIComponent(name)}:${password}@${location.hostname}:${amqpPort(overview)}/${encodeURIComponent(vhost)}`;
}

/** @param {O} overview @param {string} vhost */
const connect = (overview, vhost) => `import pika

url = "${amqpAddress(overview, vhost)}"
connection = pika.BlockingConnection(pika.URLParameters(url))
channel = connection.channel()`;

/** Declares a queue and sends to it. @param {O} overview @param {string} [vhost] */
export const sendSnippet = (overview, vhost = '/') => `${connect(overview, vhost)}
channel.queue_declare("hello", durable=True)
channel.basic_publish("", "hello", b"Hello!")
connection.close()`;

/** Takes from a queue. @param {O} overview @param {{name: string, vhost: string}} q */
export const takeSnippet = (overview, q) => `${connect(overview, q.vhost)}
channel.basic_qos(prefetch_count=50)
for method, properties, body in channel.consume(${JSON.stringify(q.name)}):
    print(method.routing_key, body)
    channel.basic_ack(method.delivery_tag)`;
