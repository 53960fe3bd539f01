// Prefetch bounds what a consumer holds, and what a whole channel does.
import assert from 'node:assert/strict'
import { each, sleep } from './broker.mjs'

async function consume (connection, queue, { perChannel, consumers }) {
  const channel = await connection.createChannel()
  await channel.prefetch(3, perChannel)
  const held = []
  for (let i = 0; i < consumers; i++) await channel.consume(queue, m => held.push(m))
  await sleep(300)
  return { channel, held }
}

await each(async connection => {
  const publisher = await connection.createConfirmChannel()
  const { queue } = await publisher.assertQueue('', { exclusive: true })
  for (let i = 0; i < 20; i++) publisher.sendToQueue(queue, Buffer.from(`${i}`))
  await publisher.waitForConfirms()

  for (const [perChannel, want] of [[false, 6], [true, 3]]) {
    const { channel, held } = await consume(connection, queue, { perChannel, consumers: 2 })
    assert.equal(held.length, want)
    assert.equal((await publisher.checkQueue(queue)).messageCount, 20 - want)
    await channel.close() // what was held goes back
    assert.equal((await publisher.checkQueue(queue)).messageCount, 20)
  }

  // An acknowledgement makes room for one more; the order stays.
  const { channel, held } = await consume(connection, queue, { perChannel: false, consumers: 1 })
  while (held.length < 20) {
    channel.ack(held[held.length - 3])
    const before = held.length
    for (let i = 0; i < 100 && held.length === before; i++) await sleep(20)
    assert.equal(held.length, before + 1)
  }
  assert.deepEqual(held.map(m => Number(m.content)), [...Array(20).keys()])
  await channel.close()
})
