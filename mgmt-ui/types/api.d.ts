// The bodies of the HTTP API, as far as the pages read them by type.

export interface User { name: string; tags: string[] }

export interface Rate { rate: number; samples?: { sample: number; timestamp: number }[] }

export interface Binding {
  source: string;
  vhost: string;
  destination: string;
  destination_type: 'queue' | 'exchange';
  routing_key: string;
  arguments: Record<string, unknown>;
  properties_key: string;
}

export interface Consumer {
  consumer_tag: string;
  queue: { name: string; vhost: string };
  channel_details: { name: string; number: number; connection_name: string; node: string; user: string; peer_host: string; peer_port: number };
  ack_required: boolean;
  exclusive: boolean;
  prefetch_count: number;
  arguments: Record<string, unknown>;
  active: boolean;
  activity_status: string;
}
