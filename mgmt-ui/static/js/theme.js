// Runs before the first paint, so that a dark page does not flash white.
// prefs.js writes what this reads.
try {
  const theme = JSON.parse(localStorage.getItem('hutchmq.theme') ?? '"auto"');
  if (theme !== 'auto') document.documentElement.dataset.theme = theme;
} catch { /* no storage: the system's theme it is */ }
