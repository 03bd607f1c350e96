import { afterEach, expect } from 'vitest';
import { inspect, isGuarded, takeLeaks } from './secrets.ts';

/**
 * Around every test of the suite: whatever the gateway answers, in head and body, and whatever it logs is searched for
 * tokens, the workspace's address, its planted error texts, and stacks.
 */
const plainFetch = globalThis.fetch;
globalThis.fetch = async (...args) => {
  const response = await plainFetch(...args);
  // The explorer shows the demo's credentials: that is what it is for.
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
