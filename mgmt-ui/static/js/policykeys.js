// What a policy may set. The broker checks what is sent: this is for finding
// the key, and its type.

/** @typedef {{key: string, type: string, label: string, hint: string, of: string[], operator?: boolean}} PolicyKey */

const queues = ['classic_queues', 'quorum_queues'], kinds = [...queues, 'streams'];

/** of: what apply-to it has an effect on; operator: an operator policy may set it, too. @type {PolicyKey[]} */
const keys = [
  { key: 'message-ttl', type: 'number', label: 'Message TTL', hint: 'milliseconds a message may wait', of: queues, operator: true },
  { key: 'expires', type: 'number', label: 'Expires', hint: 'milliseconds until an unused queue is deleted', of: queues, operator: true },
  { key: 'max-length', type: 'number', label: 'Max length', hint: 'messages', of: kinds, operator: true },
  { key: 'max-length-bytes', type: 'number', label: 'Max length bytes', hint: 'bytes of bodies', of: kinds, operator: true },
  { key: 'overflow', type: 'string', label: 'Overflow', hint: 'drop-head, reject-publish or reject-publish-dlx', of: queues, operator: true },
  { key: 'dead-letter-exchange', type: 'string', label: 'Dead letter exchange', hint: 'where dropped and rejected messages go', of: queues },
  { key: 'dead-letter-routing-key', type: 'string', label: 'Dead letter routing key', hint: 'instead of their own', of: queues },
  { key: 'delivery-limit', type: 'number', label: 'Delivery limit', hint: 'attempts until a message is dropped', of: queues, operator: true },
  { key: 'consumer-timeout', type: 'number', label: 'Consumer timeout', hint: 'milliseconds a delivery may stay unacked', of: queues },
  { key: 'message-groups', type: 'boolean', label: 'Message groups', hint: 'one delivery of each x-group-id at a time', of: queues },
  { key: 'group-max-in-flight', type: 'number', label: 'Group max in flight', hint: 'deliveries of one group at a time', of: queues },
  { key: 'rate-limit', type: 'string', label: 'Rate limit', hint: 'such as 100/1m; 60/1m, 90000/1m cost=tokens', of: queues, operator: true },
  { key: 'rate-limit-key', type: 'string', label: 'Rate limit key', hint: 'the header for each of whose values it holds', of: queues },
  { key: 'rate-limit-cost', type: 'string', label: 'Rate limit cost', hint: 'the header that says what a message costs', of: queues },
  { key: 'max-age', type: 'string', label: 'Max age', hint: 'such as 7D: what is older is dropped', of: ['streams'] },
  { key: 'stream-max-segment-size-bytes', type: 'number', label: 'Segment size', hint: 'bytes of a segment', of: ['streams'] },
  { key: 'dead-letter-strategy', type: 'string', label: 'Dead letter strategy', hint: 'at-most-once or at-least-once', of: ['quorum_queues'] },
  { key: 'alternate-exchange', type: 'string', label: 'Alternate exchange', hint: 'where messages go that no binding matches', of: ['exchanges'] },
];

const meant = /** @type {Record<string, string[]>} */ ({ all: [...kinds, 'exchanges'], queues: kinds });

/** What apply-to means, one by one. @param {string} applyTo */
export const targetsOf = (applyTo) => meant[applyTo] ?? [applyTo];

/** Whether a key says anything to a kind; of those not in the table, the broker knows. @param {string} key @param {string} kind */
export const hasEffect = (key, kind) => keys.find((k) => k.key === key)?.of.includes(kind) ?? true;

/** Whether a key is for queues of any type. @param {string} key */
export const isForQueues = (key) => kinds.some((kind) => hasEffect(key, kind));

/** The keys to offer. @param {string} applyTo @param {boolean} operator */
export const keysFor = (applyTo, operator) => keys.filter((k) => (!operator || k.operator) && targetsOf(applyTo).some((t) => k.of.includes(t)));

/** The values of apply-to, with words. An operator has no say over exchanges. @param {boolean} operator @returns {[string, string][]} */
export const applyTos = (operator) => /** @type {[string, string][]} */ ([
  ['queues', 'queues of all types'], ['classic_queues', 'classic queues'], ['quorum_queues', 'quorum queues'], ['streams', 'streams'],
  ['exchanges', 'exchanges'], ['all', 'queues and exchanges'],
]).filter(([v]) => !operator || (v !== 'exchanges' && v !== 'all'));
