// Programs to copy, with the address that this browser has reached.

/** The port of plain AMQP, as the overview knows it. @param {import('../../types/api').Overview | undefined} overview */
const amqpPort = (overview) => overview?.listeners?.find((l) => l.protocol === 'amqp')?.port ?? 5672;

/** @param {import('../../types/api').Overview | undefined} overview @param {string} [vhost] */
export function amqpAddress(overview, vhost = '/') {
  return `amqp://guest:guest@${location.hostname}:${amqpPort(overview)}/${encodeURIComponent(vhost)}`;
}

/** Declares a queue and sends to it. @param {import('../../types/api').Overview | undefined} overview @param {string} [vhost] */
export const sendSnippet = (overview, vhost) => `import pika

connection = pika.BlockingConnection(pika.URLParameters("${amqpAddress(overview, vhost)}"))
channel = connection.channel()
channel.queue_declare("hello", durable=True)
channel.basic_publish("", "hello", b"Hello!", pika.BasicProperties(delivery_mode=2))
connection.close()`;

/** Takes from a queue. @param {import('../../types/api').Overview | undefined} overview @param {{name: string, vhost: string}} q */
export const takeSnippet = (overview, q) => `import pika

def on_message(channel, method, properties, body):
    print(method.routing_key, body)
    channel.basic_ack(method.delivery_tag)

connection = pika.BlockingConnection(pika.URLParameters("${amqpAddress(overview, q.vhost)}"))
channel = connection.channel()
channel.basic_qos(prefetch_count=50)
channel.basic_consume(${JSON.stringify(q.name)}, on_message)
channel.start_consuming()`;
