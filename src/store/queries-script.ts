import { maxAgeMs } from '../operation/persisted-queries.ts';
import { createScript } from './script.ts';

/** Queries that a deployment keeps; the one used longest ago goes first. */
export const maxQueries = 1000;

/**
 * Automatic persisted queries, sealed, by name. Arguments: how many are kept, and `find` and the name, or `register`, the
 * name and the query.
 */
export const queriesScript = createScript(String.raw`
local queries, used = KEYS[1], KEYS[2]
local keep, verb, name, query = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local reply = {}
if verb == 'find' then
  local found = redis.call('HGET', queries, name)
  if not found then return reply end
  reply[1] = found
else
  redis.call('HSET', queries, name, query)
  local count = redis.call('ZCARD', used)
  if redis.call('ZSCORE', used, name) == false then count = count + 1 end
  if count > keep then
    for _, old in ipairs(redis.call('ZRANGE', used, 0, count - keep - 1)) do
      redis.call('HDEL', queries, old)
      redis.call('ZREM', used, old)
    end
  end
end
redis.call('ZADD', used, now, name)
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ${maxAgeMs}) end
return reply
`);
