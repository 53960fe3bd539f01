// All pages: where they are, what stands in the rail, and who may see them.
// A page is a module whose default export is a component; it gets the segments
// after its first as `names`.

/**
 * @typedef {object} Route
 * @property {string} path   first segment of the address; '' is the start
 * @property {number[]} [names]  how many segments may follow: [0] for a list, [0, 2] for a list and its objects
 * @property {() => Promise<{default: any}>} load
 * @property {{label: string, icon: string, group?: string, phone?: boolean}} [rail]  phone: it has a place in the bar of a phone, where there are four
 * @property {string} [tag]  the user needs to see it
 */

/** @type {Route[]} */
export const routes = [
  { path: '', load: () => import('./pages/overview.js'), rail: { label: 'Overview', icon: 'overview', phone: true } },
  { path: 'topology', load: () => import('./pages/topology.js'), rail: { label: 'Topology', icon: 'topology' } },
  { path: 'queues', names: [0, 2], load: () => import('./pages/queues.js'), rail: { label: 'Queues', icon: 'queues', phone: true } },
  { path: 'dead-letters', load: () => import('./pages/deadletters.js'), rail: { label: 'Dead letters', icon: 'dlq' } },
  { path: 'delayed', load: () => import('./pages/delayed.js'), rail: { label: 'Delayed', icon: 'delayed' } },
  { path: 'schedules', load: () => import('./pages/schedules.js'), rail: { label: 'Schedules', icon: 'schedules' } },
  { path: 'exchanges', names: [0, 2], load: () => import('./pages/exchanges.js'), rail: { label: 'Exchanges', icon: 'exchanges', phone: true } },
  { path: 'connections', names: [0, 1], load: () => import('./pages/connections.js'), rail: { label: 'Connections', icon: 'connections', phone: true } },
  { path: 'channels', names: [0, 1], load: () => import('./pages/channels.js'), rail: { label: 'Channels', icon: 'channels' } },
  { path: 'policies', load: () => import('./pages/policies.js'), rail: { label: 'Policies', icon: 'policies', group: 'Admin' } },
  { path: 'users', names: [0, 1], load: () => import('./pages/users.js'), rail: { label: 'Users', icon: 'users', group: 'Admin' }, tag: 'administrator' },
  { path: 'vhosts', names: [0, 1], load: () => import('./pages/vhosts.js'), rail: { label: 'Vhosts', icon: 'vhosts', group: 'Admin' }, tag: 'administrator' },
  { path: 'limits', load: () => import('./pages/limits.js'), rail: { label: 'Limits', icon: 'limits', group: 'Admin' } },
  { path: 'definitions', load: () => import('./pages/definitions.js'), rail: { label: 'Definitions', icon: 'definitions', group: 'Admin' }, tag: 'administrator' },
  { path: 'nodes', names: [0, 1], load: () => import('./pages/node.js'), rail: { label: 'Node', icon: 'node', group: 'Broker' }, tag: 'monitoring' },
  { path: 'log', load: () => import('./pages/log.js'), rail: { label: 'Log', icon: 'log', group: 'Broker' }, tag: 'monitoring' },
  { path: 'audit', load: () => import('./pages/audit.js'), rail: { label: 'Audit', icon: 'audit', group: 'Broker' }, tag: 'administrator' },
  { path: 'feature-flags', load: () => import('./pages/features.js') },
];

/** The route of an address, or undefined. @param {string[]} path */
export function routeOf(path) {
  const route = routes.find((r) => r.path === (path[0] ?? ''));
  const names = Math.max(0, path.length - 1);
  return route && (route.names ?? [0]).includes(names) ? route : undefined;
}
