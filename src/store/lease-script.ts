import { createScript } from './script.ts';

/** Milliseconds between two asks of a replica whose callers wait for their turn in an open window. */
export const askAgainMs = 25;
/** Milliseconds beyond its life that the store keeps a lease: for what its holder does at the last moment. */
export const leaseGraceMs = 200;

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
 * wait longer to one more. So a burst on one replica leaves to each waiting caller of another what it takes itself. Who
 * does not ask when the window opens loses that place after a moment, and nothing else.
 *
 * No argument is a time of day but `endsAt`, which only tells windows apart: the clocks of replicas do not matter.
 */
export const leaseScript = createScript(String.raw`
local W, O, Q, S = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local maxScouts, sameEnd, doubt, margin, courtesy, presence, again = 4, 1000, 1000, 20, 50, 150, ${askAgainMs}
local maxWaiting, maxServed, usualWindow, longestCall = 1024, 1024, 60000, 200000
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local raw, window = redis.call('HGETALL', W), {}
for i = 1, #raw, 2 do window[raw[i]] = tonumber(raw[i + 1]) end
local function set(name, value)
  window[name] = value
  if value == nil then redis.call('HDEL', W, name) else redis.call('HSET', W, name, string.format('%.0f', value)) end
end
-- Calls that may have been counted. Responses to calls that had their turn before do not tell. Those lost when the window
-- may have ended already (late) may be the next one's.
local function lose(count)
  if count == 0 then return end
  set('lost', math.min(64, (window.lost or 0) + count))
  set('lostAt', now)
  if window.closesAt and now > window.closesAt - doubt then set('late', math.min(64, (window.late or 0) + count)) end
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

local function most()
  if not window.limit then
    local isRecent = window.lost and now - window.lostAt < usualWindow
    return isRecent and math.max(1, maxScouts - window.lost) or maxScouts
  end
  return window.remaining or 1
end

local function take()
  local replica, seq, callMs, usualMs, maxSpare, leaseMs =
    ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
  local waiters, count, askers = {}, 0, {}
  local flat = redis.call('HGETALL', Q)
  for i = 1, #flat, 2 do
    local since, want, expires = string.match(flat[i + 1], '^(%d+):(%d+):(%d+)$')
    if since and tonumber(expires) > now then
      waiters[flat[i]] = { name = flat[i], since = tonumber(since), want = tonumber(want), turn = 0 }
      count = count + 1
    else
      redis.call('HDEL', Q, flat[i])
    end
  end
  for i = 8, #ARGV, 4 do
    local asker = { name = ARGV[i], want = tonumber(ARGV[i + 1]), waited = tonumber(ARGV[i + 2]),
      left = tonumber(ARGV[i + 3]), got = 0, turn = 0 }
    local known = waiters[asker.name]
    if not known then count = count + 1 end
    asker.since = known and known.since or now - asker.waited
    waiters[asker.name] = asker
    askers[#askers + 1] = asker
  end
  -- One order of all callers: two who each stood behind the other would both wait for ever.
  local function isBefore(a, b)
    if a.since ~= b.since then return a.since < b.since end
    if a.turn ~= b.turn then return a.turn < b.turn end
    return a.name < b.name
  end
  table.sort(askers, isBefore)

  -- What each caller has got in this window.
  local names = {}
  for name in pairs(waiters) do names[#names + 1] = name end
  for from = 1, #names, 500 do
    local part = { unpack(names, from, math.min(from + 499, #names)) }
    for i, value in ipairs(redis.call('HMGET', S, unpack(part))) do waiters[part[i]].served = tonumber(value) or 0 end
  end
  local isShared = count > 1 or (window.before or 0) > 1 or redis.call('HLEN', S) > 1
    or (redis.call('HLEN', S) == 1 and #askers > 0 and askers[1].served == 0)

  local turn = 0
  local function keptFor(asker)
    local kept = 0
    for _, other in pairs(waiters) do
      if other ~= asker and other.want > 0 then
        local isAhead = isBefore(other, asker)
        kept = kept + math.min(other.want, math.max(0, asker.served + (isAhead and 1 or 0) - other.served))
      end
    end
    return kept
  end
  local function mayGo(asker)
    if asker.want == 0 then return false end
    if not window.limit and asker.waited >= usualMs then return true end
    if isShared and asker.served > 0 and asker.waited < courtesy then return false end
    local room = most() - out
    return room > 0 and (count == 1 or room > keptFor(asker))
  end
  repeat
    local hasGone = false
    for _, asker in ipairs(askers) do
      if mayGo(asker) then
        add('u', replica .. ':' .. string.format('%.0f', seq), callMs)
        seq = seq + 1
        asker.got = asker.got + 1
        asker.want = asker.want - 1
        asker.served = serve(asker.name)
        asker.since = now
        turn = turn + 1
        asker.turn = turn
        hasGone = true
      end
    end
  until not hasGone

  local opensIn = window.remaining and window.closesAt and math.max(0, window.closesAt + margin - now) or -1
  local isUsedUp = window.remaining ~= nil and window.remaining <= 0 and opensIn >= 0
  local waits = false
  for _, asker in ipairs(askers) do
    if asker.want > 0 then
      waits = true
      local stays = math.min(asker.left, isUsedUp and opensIn + presence or presence)
      if isUsedUp and opensIn > asker.left then stays = 0 end
      if stays > 0 and (redis.call('HEXISTS', Q, asker.name) == 1 or redis.call('HLEN', Q) < maxWaiting) then
        redis.call('HSET', Q, asker.name,
          string.format('%.0f:%d:%.0f', asker.since, asker.want, now + stays))
      end
    else
      redis.call('HDEL', Q, asker.name)
    end
  end

  -- Where there is plenty, the replica's next calls need not ask.
  local spare = 0
  if not waits and redis.call('HLEN', Q) == 0 and window.limit and window.remaining then
    local room = window.remaining - out
    if room * 4 > window.limit then spare = math.min(maxSpare, math.floor(window.limit / 100)) end
    for _ = 1, spare do
      add('l', replica .. ':' .. string.format('%.0f', seq), leaseMs + ${leaseGraceMs})
      seq = seq + 1
    end
  end
  local askAgain = waits and (isUsedUp and opensIn + 1 or again) or 0
  local reply = { window.limit or -1, window.remaining or -1, window.endsAt or -1, opensIn, askAgain, spare }
  for i = 8, #ARGV, 4 do reply[#reply + 1] = waiters[ARGV[i]].got end
  return reply
end

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
-- Calls with made-up credentials, whatever addresses they come from, leave nothing behind for long.
local keep = out > 0 and longestCall or window.limit and 2 * usualWindow or window.lost and usualWindow or 5000
keep = math.max(keep, window.closesAt and window.closesAt - now + usualWindow or 0)
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, keep) end
return reply
`);
