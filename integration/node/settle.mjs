// Ack, nack and reject, of one message and of all before it.
import assert from 'node:assert/strict'
import { each, take } from './broker.mjs'

await each(async connection => {
  const channel = await connection.createConfirmChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  const bodies = messages => messages.map(m => m.content.toString())
  const publish = async (...texts) => {
    for (const text of texts) channel.sendToQueue(queue, Buffer.from(text))
    await channel.waitForConfirms()
  }
  const get = async () => {
    const message = await channel.get(queue)
    assert.ok(message, 'the queue is empty')
    return message
  }

  await publish('a', 'b', 'c', 'd')
  const [a, b, c] = [await get(), await get(), await get()]
  assert.deepEqual(bodies([a, b, c]), ['a', 'b', 'c'])
  assert.equal(a.fields.messageCount, 3)
  channel.nack(b, true, true) // a and b, back to their places
  channel.reject(c, false)
  const back = await take(channel, queue, 3)
  assert.deepEqual(bodies(back), ['a', 'b', 'd'])
  assert.deepEqual(back.map(m => m.fields.redelivered), [true, true, false])

  await publish('e', 'f', 'g')
  await get()
  channel.ack(await get(), true)
  channel.nackAll(true)
  assert.deepEqual(bodies(await take(channel, queue, 1)), ['g'])

  await publish('h')
  await get()
  await channel.recover()
  const [h] = await take(channel, queue, 1)
  assert.equal(h.fields.redelivered, true)
  assert.equal(await channel.get(queue), false)
})
