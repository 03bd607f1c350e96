/** Milliseconds between two asks of a replica whose callers wait for their turn in an open window. */
export const askAgainMs = 25;
/** Milliseconds beyond its life that the store keeps a lease: for what its holder does at the last moment. */
const leaseGraceMs = 200;

/** Lua of `leaseScript`, which defines what these functions use: how a replica takes calls for its callers. */
export const takeFunctions = String.raw`local function most()
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
    local room = most() - out
    -- While more than half of the window is left, whoever comes next finds a call all the same.
    local isScarce = not window.limit or room * 2 <= window.limit
    if isShared and isScarce and asker.served > 0 and asker.waited < courtesy then return false end
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
  local reply = { window.limit or -1, window.remaining or -1, window.endsAt or -1, window.isEndKnown or 0,
    opensIn, askAgain, spare }
  for i = 8, #ARGV, 4 do reply[#reply + 1] = waiters[ARGV[i]].got end
  return reply
end`;
