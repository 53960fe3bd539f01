// The bodies of the HTTP API, as far as the pages read them. What an answer
// may lack is optional: the API leaves out what is not known, and lists send
// only the columns that were asked for.

export interface User { name: string; tags: string[] }

export interface Named { name: string; vhost: string }

export type Arguments = Record<string, unknown>;

/** A counter's or a level's rate, per second; samples when asked for, newest first. */
export interface Details { rate?: number; samples?: { sample: number; timestamp: number }[] }

type Counter = 'publish' | 'publish_in' | 'publish_out' | 'confirm' | 'deliver_get' | 'ack' | 'redeliver' | 'return_unroutable' | 'drop_unroutable';

export type MessageStats = { [K in Counter]?: number } & { [K in `${Counter}_details`]?: Details };

export interface Lengths {
  messages?: number;
  messages_ready?: number;
  messages_unacknowledged?: number;
  messages_delayed?: number;
  messages_details?: Details;
  messages_ready_details?: Details;
  messages_unacknowledged_details?: Details;
}

export interface Overview {
  cluster_name: string;
  node: string;
  product_version: string;
  exchange_types?: { name: string; description: string; enabled: boolean }[];
  message_stats?: MessageStats;
  queue_totals?: Lengths;
  object_totals?: Record<string, number>;
  churn_rates?: Record<string, number> & Record<`${string}_details`, any>;
  listeners?: Listener[];
}

export interface Listener { node: string; protocol: string; ip_address: string; port: number; tls: boolean }

export interface Node {
  name: string;
  running: boolean;
  uptime?: number;
  mem_used?: number;
  mem_limit?: number;
  mem_alarm?: boolean;
  disk_free?: number;
  disk_free_limit?: number;
  disk_free_alarm?: boolean;
  fd_used?: number;
  fd_total?: number;
  sockets_used?: number;
  proc_used?: number;
  processors?: number;
  os_pid?: string;
  db_dir?: string;
  config_files?: string[];
  log_files?: string[];
  erlang_full_version?: string;
  mem_used_details?: Details;
  gc_num_details?: Details;
  io_read_count?: number;
  io_read_bytes?: number;
  io_write_count?: number;
  io_write_bytes?: number;
  io_write_avg_time?: number;
  io_sync_count?: number;
  io_sync_avg_time?: number;
  io_sync_count_details?: Details;
  io_sync_avg_time_details?: Details;
  io_write_count_details?: Details;
  io_write_bytes_details?: Details;
  /** When asked for: bytes by what they are used for. */
  memory?: Record<string, any>;
}

export interface Vhost extends Lengths {
  name: string;
  description: string;
  tags: string[];
  default_queue_type: string;
  protected_from_deletion: boolean;
  tracing: boolean;
  message_stats?: MessageStats;
}

export interface UserRecord extends User { password_hash: string; hashing_algorithm: string; limits: Record<string, number> }

export interface Permission { user: string; vhost: string; configure: string; write: string; read: string }

export interface TopicPermission { user: string; vhost: string; exchange: string; write: string; read: string }

export interface Policy extends Named { pattern: string; 'apply-to': string; definition: Arguments; priority: number }

/** What an import would do with one record. */
export interface Intent { action: string; kind: string; vhost?: string; was?: any; is: any; reason?: string }

export interface Plan { counts: Record<string, number>; records: Intent[]; complete: boolean }

export interface Setting { key: string; value: string; default: string; origin: string; where: string; type: string; description: string; live: boolean; pending?: string }

/** time: Unix milliseconds. */
export interface LogLine { id: number; time: number; level: string; message: string; details?: Record<string, string> }

/** A change, or one that was refused: result is "ok" or why not. */
export interface AuditEntry { id: number; time: number; user: string; via: string; from: string; action: string; vhost: string; name: string; details?: Arguments; result: string; repeated?: number }

/** Of a queue with groups, limits or filters. */
export interface Parking {
  parked: number;
  groups: number;
  groups_blocked: number;
  limiters: number;
  limiters_blocked: number;
  throttled_ms: number;
  throttled: boolean;
}

export interface Queue extends Named, Lengths {
  type: string;
  durable: boolean;
  auto_delete: boolean;
  exclusive: boolean;
  arguments?: Arguments;
  deduplication?: Deduplication;
  node?: string;
  state: string;
  policy?: string | null;
  operator_policy?: string | null;
  effective_policy_definition?: Arguments;
  protected_from_deletion?: boolean;
  consumers: number;
  consumer_utilisation?: number;
  messages_persistent?: number;
  messages_ram?: number;
  message_bytes?: number;
  memory?: number;
  head_message_timestamp?: number | null;
  parking?: Parking;
  idle_since?: string;
  message_stats?: MessageStats;
  consumer_details?: Consumer[];
  incoming?: { exchange: Named; stats: MessageStats }[];
}

export interface Exchange extends Named {
  type: string;
  durable: boolean;
  auto_delete: boolean;
  internal: boolean;
  arguments?: Arguments;
  policy?: string | null;
  user_who_performed_action?: string;
  message_stats?: MessageStats;
  deduplication?: Deduplication;
}

/** What an exchange or a queue remembers, to tell what came before. */
export interface Deduplication {
  keys: number;
  deduplicated: number;
  max_keys?: number;
  ttl_ms?: number;
  bytes?: number;
  evicted?: number;
}

export interface Binding {
  source: string;
  vhost: string;
  destination: string;
  destination_type: 'queue' | 'exchange';
  routing_key: string;
  arguments: Arguments;
  properties_key: string;
}

export interface Connection {
  name: string;
  user_provided_name?: string;
  node: string;
  user: string;
  vhost: string;
  state: string;
  protocol: string;
  auth_mechanism?: string;
  ssl?: boolean;
  ssl_protocol?: string;
  ssl_cipher?: string;
  peer_cert_subject?: string;
  peer_host: string;
  peer_port: number;
  timeout?: number;
  frame_max?: number;
  channel_max?: number;
  channels?: number;
  connected_at?: number;
  client_properties?: { connection_name?: string; product?: string; version?: string; platform?: string; capabilities?: Record<string, boolean> };
  recv_oct?: number;
  send_oct?: number;
  recv_oct_details?: Details;
  send_oct_details?: Details;
}

export interface Channel {
  name: string;
  number: number;
  user: string;
  vhost: string;
  state: string;
  idle_since?: string;
  confirm?: boolean;
  transactional?: boolean;
  prefetch_count?: number;
  global_prefetch_count?: number;
  consumer_count?: number;
  messages_unacknowledged?: number;
  messages_unconfirmed?: number;
  messages_uncommitted?: number;
  acks_uncommitted?: number;
  connection_details?: { name: string; peer_host: string; peer_port: number };
  message_stats?: MessageStats;
  consumer_details?: Consumer[];
  publishes?: { exchange: Named; stats: MessageStats }[];
  deliveries?: { queue: Named; stats: MessageStats }[];
}

export interface Consumer {
  consumer_tag: string;
  queue: Named;
  channel_details: { name: string; number: number; connection_name: string; node: string; user: string; peer_host: string; peer_port: number };
  ack_required: boolean;
  exclusive: boolean;
  prefetch_count: number;
  arguments: Arguments;
  active: boolean;
  activity_status: string;
}

/** A message as the API's get shows it. */
export interface Message {
  payload_bytes: number;
  redelivered: boolean;
  exchange: string;
  routing_key: string;
  message_count: number;
  properties: Record<string, unknown>;
  payload: string;
  payload_encoding: 'string' | 'base64';
}

/** A page of the messages of a queue. */
export interface Browsed<M> { messages: M[]; next?: string; looked: number; end: boolean }

/** A message that waits in a queue. */
export interface ReadyMessage {
  id: string;
  seq: number;
  delivery_count: number;
  priority: number;
  expires: number | null;
  since: number | null;
  payload_bytes: number;
  redelivered: boolean;
  exchange: string;
  routing_key: string;
  properties: { headers?: Record<string, any> } & Record<string, any>;
  payload: string;
  payload_encoding: 'string' | 'base64';
}

/** A message that somebody holds. */
export interface UnackedMessage {
  seq: number;
  payload_bytes: number;
  redelivered: boolean;
  connection: string;
  channel: string;
  user: string;
  consumer_tag: string;
  delivery_tag: number;
  since: number;
  /** Unix milliseconds; null without a lease. */
  lease_ends?: number | null;
}

/** A move of messages. */
export interface Job {
  id: number;
  user: string;
  verb: 'move' | 'copy' | 'delete';
  vhost: string;
  queue: string;
  to: { origin?: 'queue' | 'exchange'; queue?: string; exchange?: string; routing_key?: string } | null;
  limit: number;
  rate: number;
  dry_run: boolean;
  state: 'running' | 'paused' | 'done' | 'cancelled' | 'failed';
  problem?: string;
  began: number;
  ended: number | null;
  total: number;
  looked: number;
  meant: number;
  moved: number;
  missing: number;
  kept: { reason: string; messages: number }[];
  targets: { queue: string; messages: number }[];
}

/** Where and why messages died, and how many. */
export interface DeathCause { queue: string; reason: string; count: number; first: number | null; last: number | null }

/** The dead letters that wait in a queue. */
export interface LettersIn { queue: string; messages_ready: number; looked: number; at_least: boolean; causes: DeathCause[] }

/** What a vhost holds until it is due. */
export interface DelayedCount { vhost: string; messages: number; message_bytes: number; delayed: number; fired: number; cancelled: number; dropped: number }

/** A message that is held until it is due. */
export interface DelayedMessage { id: string; due: number; since: number; exchange: string; routing_key: string; payload_bytes: number; persistent: boolean }

/** What is published again and again. */
export interface Schedule {
  vhost: string;
  name: string;
  enabled: boolean;
  cron?: string;
  every?: string;
  time_zone?: string;
  exchange: string;
  routing_key: string;
  payload: string;
  payload_encoding?: string;
  properties?: Record<string, any>;
  missed?: string;
  from?: string;
  until?: string;
  next: number | null;
  last: number | null;
  runs: number;
}

/** An exchange, a queue, or a group of those. */
export interface GraphNode {
  id: string;
  kind: 'exchange' | 'queue' | 'group';
  name: string;
  type: string;
  members?: number;
  in_rate: number;
  out_rate: number;
  messages: number;
  messages_ready: number;
  messages_unacknowledged: number;
  consumers: number;
  idle: boolean;
  missing: boolean;
}

export interface GraphEdge { from: string; to: string; kind: 'binding' | 'dead-letter' | 'alternate'; routing_keys: string[]; count: number; rate: number }

/** The topology of a vhost. */
export interface Graph { vhost: string; nodes: GraphNode[]; edges: GraphEdge[]; total_nodes: number; grouped: boolean; complete: boolean }

export interface RouteStep { from: string; to: string; to_kind: 'queue' | 'exchange'; by: 'binding' | 'name' | 'alternate'; routing_key: string }

/** Where a message would go. */
export interface Routes { routed: boolean; queues: { name: string; vhost: string; path: number[] }[]; steps: RouteStep[]; complete: boolean }

/** Something whose name was searched for. */
export interface Found { kind: string; name: string; vhost?: string; about?: string }
