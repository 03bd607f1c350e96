import { maxLost, maxScouts, reopenMarginMs } from '../upstream/rate-limit/limiter-model.ts';
import { sameEndMs, usualWindowMs } from '../upstream/rate-limit/rate-limit-window.ts';
import { courtesyMs } from '../upstream/rate-limit/window-callers.ts';
import { createScript } from './script.ts';
import { askAgainMs, takeFunctions } from './take-functions.ts';

/**
 * The rate-limit window that all replicas share, as one step of the store: what `LimiterModel` is to one process.
 *
 * - `W`, a hash: the window as the workspace's headers told it (`limit`, `remaining`, `endsAt` by the workspace's clock),
 *   when it is over for certain by the store's clock (`closesAt`), and how many calls are out.
 * - `O`, a sorted set: calls that are out by id, with the time when they count as lost. `u…` was used; `l…` is a lease,
 *   which nobody needs to give back.
 * - `Q`, a hash: callers who wait, with the time since when. A served caller goes to the end, so callers take turns
 *   whatever their replica.
 * - `S`, a hash: calls that each caller got in this window.
 *
 * A caller gets a call when more are left than it takes to bring all who wait to as many calls as they have had, and who
 * wait longer to one more. So a burst on one replica leaves to each waiting caller of another what it takes itself. Once half
 * of a window is gone, who has had a call of it lets a moment pass (`courtesy`) in which others may come. Who does not ask
 * when the window opens loses that place after a moment, and nothing else.
 *
 * No argument is a time of day but `endsAt`, which only tells windows apart: the clocks of replicas do not matter.
 */
export const leaseScript = createScript(String.raw`
local W, O, Q, S = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local maxScouts, maxLost, courtesy, again = ${maxScouts}, ${maxLost}, ${courtesyMs}, ${askAgainMs}
local sameEnd, margin, usualWindow = ${sameEndMs}, ${reopenMarginMs}, ${usualWindowMs}
local doubt, presence, longestCall, maxWaiting, maxServed = 1000, 150, 200000, 1024, 1024
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local raw, window = redis.call('HGETALL', W), {}
for i = 1, #raw, 2 do window[raw[i]] = tonumber(raw[i + 1]) end
-- The clock of the store went back, as after a fail-over: times tell nothing, and replicas teach what they know.
if window.seenAt and now < window.seenAt - 1000 then
  redis.call('DEL', W, O, Q, S)
  window = {}
end
local function set(name, value)
  window[name] = value
  if value == nil then redis.call('HDEL', W, name) else redis.call('HSET', W, name, string.format('%.0f', value)) end
end
-- Calls that may have been counted. Responses to calls that had their turn before do not tell. Those lost when the window
-- may have ended already (late) may be the next one's.
local function lose(count)
  if count == 0 then return end
  set('lost', math.min(maxLost, (window.lost or 0) + count))
  set('lostAt', now)
  local mayBeNext = window.closesAt and now > window.closesAt - doubt
  if mayBeNext then set('late', math.min(maxLost, (window.late or 0) + count)) end
  if not window.remaining then return end
  set('remaining', math.max(0, window.remaining - count))
  if not window.closesAt then set('closesAt', now + usualWindow); set('isEndKnown', 0) end
end

-- Calls whose end nobody told, and what the store itself has dropped.
local gone, lost = redis.call('ZRANGEBYSCORE', O, '-inf', now), 0
for _, id in ipairs(gone) do if string.sub(id, 1, 1) == 'u' then lost = lost + 1 end end
if #gone > 0 then redis.call('ZREMRANGEBYSCORE', O, '-inf', now) end
local out = redis.call('ZCARD', O)
lost = lost + math.max(0, (window.out or 0) - #gone - out)
lose(lost)

local function clearTurns()
  set('before', redis.call('HLEN', S))
  redis.call('DEL', S)
end
if window.closesAt and now >= window.closesAt + margin then
  local isKnown = window.isEndKnown == 1 and window.limit > 0
  set('pastEnd', window.endsAt)
  set('endsAt', nil)
  set('closesAt', nil)
  set('remaining', isKnown and math.max(1, window.limit - (window.late or 0)) or nil)
  set('lost', window.late)
  set('late', nil)
  clearTurns()
end

local function isEndOf(name, endsAt) return window[name] and math.abs(window[name] - endsAt) < sameEnd end

-- What headers or a refusal said. An earlier window says nothing any more.
local function learn(turnAt, limit, remaining, endsAt, endsIn, isEndKnown)
  if limit >= 0 then set('limit', limit) elseif not window.limit then set('limit', remaining + 1) end
  if endsIn <= 0 or isEndOf('pastEnd', endsAt) then return end
  local isNew = window.endsAt ~= nil and isEndKnown == 1 and not isEndOf('endsAt', endsAt)
  if isNew and window.isEndKnown == 1 and endsAt < window.endsAt then return end
  if window.lost and turnAt > window.lostAt then set('lost', nil) end
  remaining = math.max(0, remaining - (window.lost or 0))
  if isNew then
    set('pastEnd', window.endsAt)
    set('remaining', remaining)
    set('closesAt', nil)
    set('late', nil)
    clearTurns()
  end
  set('remaining', math.min(window.remaining or remaining, remaining))
  if isEndKnown == 1 or window.isEndKnown ~= 1 or not window.closesAt then
    -- A guess gives way to what the workspace says. Of that, no estimate is too early, so the earliest is the best.
    local isGuess = isEndKnown == 1 and window.isEndKnown ~= 1
    set('endsAt', endsAt)
    set('isEndKnown', isEndKnown)
    set('closesAt', math.min(not isGuess and window.closesAt or math.huge, now + endsIn))
  end
end

local function add(kind, id, lifeMs)
  redis.call('ZADD', O, now + lifeMs, kind .. id)
  out = out + 1
end
local function remove(kind, id)
  local was = redis.call('ZREM', O, kind .. id) == 1
  if was then out = out - 1 end
  return was
end
local function serve(caller)
  if redis.call('HEXISTS', S, caller) == 1 or redis.call('HLEN', S) < maxServed then
    return redis.call('HINCRBY', S, caller, 1)
  end
  return 1
end

${takeFunctions}

local reply = 1
if ARGV[1] == 'take' then
  reply = take()
elseif ARGV[1] == 'use' then
  remove('l', ARGV[2])
  add('u', ARGV[2], tonumber(ARGV[3]))
  serve(ARGV[4])
elseif ARGV[1] == 'learn' then
  local turnAt = (redis.call('ZSCORE', O, 'u' .. ARGV[2]) or 0) - ARGV[3]
  remove('u', ARGV[2])
  learn(turnAt, tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]))
elseif ARGV[1] == 'lost' then
  if remove('u', ARGV[2]) then lose(1) end
else
  for i = 2, #ARGV do
    if not remove('u', ARGV[i]) then remove('l', ARGV[i]) end
  end
end
set('out', out)
set('seenAt', now)
-- Calls with made-up credentials, whatever addresses they come from, leave nothing behind for long.
local keep = out > 0 and longestCall or window.limit and 2 * usualWindow or window.lost and usualWindow or 5000
keep = math.max(keep, window.closesAt and window.closesAt - now + usualWindow or 0)
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, keep) end
return reply
`);
