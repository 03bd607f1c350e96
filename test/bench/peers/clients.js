import { Pool } from 'undici';
import { get } from '../floor-upstream.ts';

const base = `${process.env.ROCKETCHAT_URL}/api/v1/`;

const credentials = (headers) => ({ 'x-auth-token': headers['x-auth-token'], 'x-user-id': headers['x-user-id'] });

/** The floor's own client, the cheapest that undici has: a peer shall not lose by its client. */
export const dispatchAs = (headers) => (path) => get(path, headers);

const pool = new Pool(process.env.ROCKETCHAT_URL, { connections: 64 });

/** `undici.request` over a pool, which undici's documentation recommends for speed (README, "Benchmarks"). */
export function requestAs(headers) {
  const sent = { headers: { ...credentials(headers), accept: 'application/json' } };
  return async (path) => {
    const { statusCode, body } = await pool.request({ path: `/api/v1/${path}`, method: 'GET', ...sent });
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    return body.json();
  };
}

/** The `fetch` that every Node has. */
export const fetchAs = (headers) => async (path) => {
  const response = await fetch(base + path, { headers: credentials(headers) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
};
