// Headers of every type come back as they were, and a headers exchange routes
// by them.
import assert from 'node:assert/strict'
import { each, take } from './broker.mjs'

await each(async connection => {
  const channel = await connection.createConfirmChannel()
  const { exchange } = await channel.assertExchange('h', 'headers', { durable: false })
  const bind = async args => {
    const { queue } = await channel.assertQueue('', { exclusive: true })
    await channel.bindQueue(queue, exchange, '', args)
    return queue
  }
  const all = await bind({ 'x-match': 'all', n: 1, s: 'one' })
  const any = await bind({ 'x-match': 'any', n: 1, s: 'one' })
  const implied = await bind({ n: 1, s: 'one' })

  const headers = {
    n: 1,
    s: 'one',
    big: 2 ** 40,
    negative: -7,
    fraction: 0.5,
    yes: true,
    no: false,
    nothing: null,
    list: [1, 'two', [3]],
    table: { a: { b: 'c' } },
    bytes: Buffer.from([0, 255])
  }
  channel.publish(exchange, '', Buffer.from('both'), { headers })
  channel.publish(exchange, '', Buffer.from('one'), { headers: { n: 1, s: 'two' } })
  channel.publish(exchange, '', Buffer.from('none'), { headers: { n: 2 } })
  await channel.waitForConfirms()

  const bodies = messages => messages.map(m => m.content.toString())
  const [both] = await take(channel, all, 1)
  assert.equal(both.content.toString(), 'both')
  assert.deepEqual(both.properties.headers, headers)
  assert.deepEqual(bodies(await take(channel, any, 2)), ['both', 'one'])
  assert.deepEqual(bodies(await take(channel, implied, 1)), ['both'])
  for (const queue of [all, any, implied]) assert.equal(await channel.get(queue), false)
  await channel.deleteExchange(exchange)
})
