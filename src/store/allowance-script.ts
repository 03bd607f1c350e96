import { createScript } from './script.ts';

/** Buckets of one command at most. */
export const maxBuckets = 256;

/** A bucket's debt is this many times its capacity at most: calls of so many minutes. */
export const maxDebt = 10;

/**
 * Token buckets that replicas share, by key: each is charged what one replica took since it told last (negative: refunded).
 * Arguments: capacity and taken calls of each; the replies are their levels, in thousandths of a call. A bucket without a
 * key is full.
 */
export const allowanceScript = createScript(String.raw`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local reply = {}
for i, key in ipairs(KEYS) do
  local capacity, taken = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local level, at = string.match(redis.call('GET', key) or '', '^(-?[%d.]+):(%d+)$')
  level = tonumber(level) or capacity
  level = math.min(capacity, level + math.max(0, now - (tonumber(at) or now)) * capacity / 60000)
  level = math.max(-${maxDebt} * capacity, math.min(capacity, level - taken))
  local fullIn = math.ceil((capacity - level) * 60000 / capacity)
  if fullIn > 0 then
    redis.call('SET', key, string.format('%.3f:%.0f', level, now), 'PX', fullIn)
  else
    redis.call('DEL', key)
  end
  reply[i] = math.floor(level * 1000)
end
return reply
`);
