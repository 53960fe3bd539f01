// The mark: two posts, and what passes between.

import { html } from './dom.js';

export const Mark = () => html`
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="8" /><path class="posts" d="M9 7v18M23 7v18" /><path class="passing" d="M14 16h4" />
  </svg>`;
