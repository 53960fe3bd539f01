// An error closes its channel, with code and text, and no other.
import assert from 'node:assert/strict'
import { each, refused } from './broker.mjs'

await each(async connection => {
  const steady = await connection.createChannel()
  const { queue } = await steady.assertQueue('temporary', { durable: false })
  const fresh = async () => {
    const channel = await connection.createChannel()
    channel.on('error', () => {}) // the call fails too
    return channel
  }

  await refused((await fresh()).checkQueue('nope'), 404, "NOT_FOUND - no queue 'nope' in vhost '/'")
  await refused((await fresh()).checkExchange('nope'), 404, "NOT_FOUND - no exchange 'nope' in vhost '/'")
  await refused((await fresh()).consume('nope', () => {}), 404, "no queue 'nope'")
  await refused((await fresh()).assertQueue(queue, { durable: true }), 406,
    "PRECONDITION_FAILED - inequivalent arg 'durable' for queue 'temporary' in vhost '/': received 'true' but current is 'false'")
  await refused((await fresh()).assertQueue(queue, { durable: false, messageTtl: 5 }), 406, "inequivalent arg 'x-message-ttl'")
  await refused((await fresh()).assertExchange('amq.direct', 'fanout'), 406, "inequivalent arg 'type' for exchange 'amq.direct'")
  await refused((await fresh()).assertExchange('amq.new', 'fanout'), 403, 'ACCESS_REFUSED')

  const channel = await fresh()
  const closed = new Promise(resolve => channel.on('error', resolve))
  channel.publish('nowhere', '', Buffer.from('x'))
  const error = await closed
  assert.equal(error.code, 404)
  assert.ok(error.message.includes("no exchange 'nowhere' in vhost '/'"), error.message)

  assert.equal((await steady.checkQueue(queue)).queue, queue)
  await steady.deleteQueue(queue)
})
