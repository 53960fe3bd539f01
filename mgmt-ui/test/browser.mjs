// A browser for tests: pages that fail the test on what a user would not see,
// such as an error in the console or a request to another host.

import { existsSync, mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { violations } from './axe.mjs';

const executablePath = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'].find((p) => existsSync(p));
const shots = new URL('shots/', import.meta.url).pathname;
mkdirSync(shots, { recursive: true });

export async function openBrowser() {
  const b = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
  return { page: (options) => openPage(b, options), close: () => b.close() };
}

/**
 * A page of the fake broker at url. It collects what is wrong in `wrong`.
 * @param {import('playwright-core').Browser} b
 * @param {{url: string, dark?: boolean, width?: number, height?: number, ignore?: RegExp}} options
 */
async function openPage(b, { url, dark, width = 1280, height = 800, ignore }) {
  const context = await b.newContext({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light', reducedMotion: 'reduce', permissions: ['clipboard-read', 'clipboard-write'] });
  context.setDefaultTimeout(10000);
  const page = await context.newPage();
  const wrong = [];
  const note = (text) => { if (!ignore?.test(text)) wrong.push(text); };
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) note(`console: ${m.text()}`); });
  page.on('pageerror', (e) => note(`error: ${e.stack}`));
  page.on('request', (r) => { if (!r.url().startsWith(url) && !r.url().startsWith('data:')) note(`asks elsewhere: ${r.url()}`); });
  const go = async (hash) => {
    await page.goto(url + hash);
    await page.waitForSelector('#main h1, main.login h1');
    await page.waitForFunction(() => !document.querySelector('.loading'));
    await page.waitForTimeout(150);
  };
  const shows = (text) => page.waitForFunction((t) => !document.querySelector('.loading') && document.querySelector('#main')?.innerText.includes(t), text);
  // What a value turns into that was never meant to be shown: "0", "undefined".
  const stray = () => page.evaluate(() => [...document.querySelectorAll('#main, #main .columns-2, #main .card, #main .tab-panel, #main .facts')]
    .flatMap((e) => [...e.childNodes]).filter((n) => n.nodeType === 3 && n.textContent.trim()).map((n) => n.textContent)
    .concat(document.querySelector('#main').innerText.match(/undefined|NaN|\[object|Invalid Date/g) ?? []));
  return {
    page, go, shows, stray, wrong,
    shot: (name) => page.screenshot({ path: shots + name + '.png', fullPage: false }),
    axe: () => violations(page),
    overflow: () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    close: () => context.close(),
  };
}
