// The body of a message: bytes, which may be text, which may be JSON.

/** @param {{payload: string, payload_encoding: string}} m @returns {Uint8Array} */
export function bytesOf(m) {
  if (m.payload_encoding !== 'base64') return new TextEncoder().encode(m.payload);
  return Uint8Array.from(atob(m.payload), (c) => c.charCodeAt(0));
}

/**
 * What bytes say, or undefined if they are no text. A text that was cut may
 * end within a character: that one is left out.
 * @param {Uint8Array} bytes @param {boolean} [cut]
 */
export function textOf(bytes, cut = false) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut });
    return /[\u0000-\u0008\u000e-\u001a]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

/** The object or list that a text is as JSON, or undefined. @param {string | undefined} text */
export function treeOf(text) {
  if (!text || !/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Sixteen bytes a line: where, in hex, as text. @param {Uint8Array} bytes @param {number} most  bytes */
export function hexOf(bytes, most) {
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, most); at += 16) {
    const part = [...bytes.subarray(at, Math.min(at + 16, most))];
    const hex = part.map((b) => b.toString(16).padStart(2, '0'));
    const left = hex.slice(0, 8).join(' '), right = hex.slice(8).join(' ');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${(left + '  ' + right).padEnd(49)} ${part.map((b) => b > 31 && b < 127 ? String.fromCharCode(b) : '.').join('')}`);
  }
  return lines.join('\n');
}

/** The beginning of a body in a line of a table. @param {{payload: string, payload_encoding: string}} m */
export function preview(m) {
  const bytes = bytesOf(m).subarray(0, 240);
  const text = textOf(bytes, true);
  return text === undefined ? hexOf(bytes, 16).slice(8, 57).trim() : text.replace(/\s+/g, ' ');
}
