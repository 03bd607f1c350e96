import { afterEach, expect } from 'vitest';
import { inspect, isGuarded, takeLeaks } from './secrets.ts';

/**
 * For every test of the suite: searches each response, headers and body, and each log line for tokens, the workspace's
 * address, its planted error texts, and stacks.
 */
const plainFetch = globalThis.fetch;
globalThis.fetch = async (...args) => {
  const response = await plainFetch(...args);
  // The explorer shows the demo's credentials on purpose.
  const isPage = response.headers.get('content-type')?.startsWith('text/html') === true;
  if (isGuarded(response.url) && !isPage) {
    inspect(`the head of ${response.url}`, JSON.stringify([...response.headers]));
    inspect(`the body of ${response.url}`, await response.clone().text());
  }
  return response;
};

afterEach(() => {
  expect(takeLeaks()).toEqual([]);
});
