import { createScript } from './script.ts';

/** Pairs of user id and token that are remembered as refused, at most. */
export const maxRefused = 200;

/**
 * A replica's heartbeat, with what it has found since the one before. The reply is how many replicas live, whether this
 * one is new, and what all of them found. Arguments: the replica, milliseconds until it counts as gone (0: it leaves),
 * and how long the workspace is down, its licence is missing and pairs are refused; then the pairs.
 */
export const heartbeatScript = createScript(String.raw`
local replicas, facts, refused = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Nothing is remembered for so long: later times are of a clock that went back, as after a fail-over.
local latest = now + 120000
for _, key in ipairs({ replicas, refused }) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  redis.call('ZREMRANGEBYSCORE', key, '(' .. string.format('%.0f', latest), '+inf')
end
local lives = tonumber(ARGV[2])
local isNew = 0
if lives > 0 then
  isNew = redis.call('ZADD', replicas, now + lives, ARGV[1])
else
  redis.call('ZREM', replicas, ARGV[1])
end

local function remember(name, ms)
  local known = tonumber(redis.call('HGET', facts, name) or 0) or 0
  if known > latest then known = 0 end
  if ms > 0 and now + ms > known then
    known = now + ms
    redis.call('HSET', facts, name, string.format('%.0f', known))
  end
  return math.max(0, known - now)
end
local down = remember('down', tonumber(ARGV[3]))
local unlicensed = remember('unlicensed', tonumber(ARGV[4]))

for i = 6, #ARGV do redis.call('ZADD', refused, now + tonumber(ARGV[5]), ARGV[i]) end
redis.call('ZREMRANGEBYRANK', refused, 0, -${maxRefused + 1})
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, 120000) end
local reply = { redis.call('ZCARD', replicas), isNew, down, unlicensed }
local pairs = redis.call('ZRANGE', refused, 0, -1, 'WITHSCORES')
for i = 1, #pairs, 2 do
  reply[#reply + 1] = pairs[i]
  reply[#reply + 1] = pairs[i + 1] - now
end
return reply
`);
