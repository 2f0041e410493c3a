/**
 * The second gate: what `implement` asks again at the last moment. In scripts, so that nobody can stop automatic approvals,
 * spend the budget or take the lock between question and answer.
 */

/**
 * brake(id, lock, automatic, limits, window): nil, or the answer that ends the question. spent(): the same; pay() spends one
 * commit. The circuit breaker's rule is the one of domain/breaker.ts.
 */
const brakes = `
-- A restricting flag counts in any form, unless it says so itself that it is off or over.
local function restricts(value)
  if not value then return false end
  local lower = string.lower(value)
  if lower == 'false' or lower == '0' or lower == '' then return false end
  local ok, flag = pcall(cjson.decode, value)
  if not ok or type(flag) ~= 'table' then return true end
  if flag.value == false then return false end
  return not (type(flag.expires_at) == 'number' and flag.expires_at <= now)
end

local function isOn(name)
  local bare = redis.call('TYPE', P .. name).ok
  return restricts(redis.call('HGET', P .. 'school:flags', name))
    or (bare == 'string' and restricts(redis.call('GET', P .. name))) or (bare ~= 'string' and bare ~= 'none')
end

-- Times by score, oldest first: one too many is one that comes within an hour of the one 'rollbacks' before it.
local function breakerText(rollbacks, timeout)
  local since = tonumber(redis.call('HGET', P .. 'school:breaker', 'closed_at') or 0)
  local found = redis.call('ZRANGEBYSCORE', P .. 'school:rollbacks', math.max(since, now - timeout - 3600000), '+inf', 'WITHSCORES')
  for i = #found, 2 * rollbacks + 2, -2 do
    local last, first = tonumber(found[i]), tonumber(found[i - 2 * rollbacks])
    if last + timeout <= now then return nil end
    if last - first <= 3600000 then
      local count = 0
      for j = 2, i, 2 do if tonumber(found[j]) >= last - 3600000 then count = count + 1 end end
      return count .. ' rollbacks within an hour; until ' .. iso(last + timeout) .. ' a person decides, or until an operator closes the breaker'
    end
  end
  return nil
end

local function applicationOf(id)
  local ok, set = pcall(cjson.decode, redis.call('HGET', record(id), 'change_set') or '')
  return ok and type(set) == 'table' and set.application or nil
end
-- Under the same lock, or in the same Application: what was taken back there a moment ago, or is being taken back.
local function restText(id, lock, cooldown)
  if cooldown == 0 then return nil end
  local mine = nil
  local function meets(other)
    if other == id or statusOf(other) == false then return false end
    if lock and redis.call('HGET', record(other), 'lock') == lock then return true end
    mine = mine or applicationOf(id) or ''
    return mine ~= '' and applicationOf(other) == mine
  end
  for _, status in ipairs({'rolling_back', 'rollback_blocked'}) do
    for _, other in ipairs(redis.call('ZRANGE', P .. 'improvements:' .. status, 0, -1)) do
      if meets(other) then return other .. ' is being taken back there' end
    end
  end
  local ended = redis.call('ZREVRANGEBYSCORE', P .. 'improvements:failed', '+inf', now - cooldown, 'WITHSCORES')
  for i = 1, #ended, 2 do
    if redis.call('ZSCORE', P .. 'school:rollbacks', ended[i]) and meets(ended[i]) then
      return ended[i] .. ' was taken back there; until ' .. iso(tonumber(ended[i + 1]) + cooldown) .. ' a person decides'
    end
  end
  return nil
end

-- rollbacks an hour, milliseconds the breaker stays open, milliseconds an Application rests after a rollback
local function readLimits() return {rollbacks = tonumber(arg()), timeout = tonumber(arg()), cooldown = tonumber(arg())} end

-- A person's approval waits for freeze and budget only; an automatic one is refused by any brake.
local function brake(id, lock, automatic, limits, window)
  if automatic then
    if isOn('auto_approve_none') then return {'refused', 'auto-approve-none', 'an operator stopped all automatic approvals (auto_approve_none)'} end
    local broken = breakerText(limits.rollbacks, limits.timeout)
    if broken then return {'refused', 'circuit-breaker', broken} end
    local rest = restText(id, lock, limits.cooldown)
    if rest then return {'refused', 'recent-rollback', rest} end
  end
  local text = isOn('freeze') and 'changes are frozen' or window
  if text == '' then return nil end
  if automatic then return {'refused', 'freeze-window', text} end
  return {'wait', 300000, text}
end

local hourKey, dayKey = P .. 'school:budget:commits:' .. string.sub(nowIso, 1, 13), P .. 'school:budget:commits:' .. string.sub(nowIso, 1, 10)
local function spent(automatic, hourly, daily)
  local hour, day = tonumber(redis.call('GET', hourKey) or 0), tonumber(redis.call('GET', dayKey) or 0)
  if hour < hourly and day < daily then return nil end
  local text = 'the commit budget is spent (' .. hour .. ' of ' .. hourly .. ' this hour, ' .. day .. ' of ' .. daily .. ' today)'
  if automatic then return {'refused', 'budget', text} end
  return {'wait', 3600000 - now % 3600000 + 1000, text}
end
local function pay()
  redis.call('INCR', hourKey); redis.call('EXPIRE', hourKey, 7200)
  redis.call('INCR', dayKey); redis.call('EXPIRE', dayKey, 172800)
end

local function own(id, lock)
  local before, waitedFor = unpack(redis.call('HMGET', record(id), 'lock', 'waits_for_lock'))
  redis.call('SADD', P .. 'school:locks', lock)
  redis.call('SET', lockKey(lock), id)
  redis.call('HSET', record(id), 'lock', lock)
  redis.call('HDEL', record(id), 'waits_for_lock')
  if before and before ~= lock then releaseLock(id, before) end
  if waitedFor and waitedFor ~= lock then wakeWaiter(waitedFor) end
end
`;

/**
 * gate: the second look and the lock of the Application, together. Re-entrant: the holder is asked about the brakes again
 * (it may have waited for minutes), but pays no second budget. `lost`: the improvement is no longer `approved`, so
 * nobody would ever release the lock.
 * ARGV id, lock, automatic (1/0), commits an hour, commits a day, the limits of rollbacks, the freeze window that holds ('' for
 * none).
 */
export const gateScript = `
${brakes}
local id, lock, automatic = arg(), arg(), arg() == '1'
local hourly, daily, limits, window = tonumber(arg()), tonumber(arg()), readLimits(), arg()
if statusOf(id) ~= TAKES.implement then return {'lost'} end
local holder = redis.call('GET', lockKey(lock))
local stopped = brake(id, lock, automatic, limits, window)
if stopped then return stopped end
if holder == id then return {'taken'} end
stopped = spent(automatic, hourly, daily)
if stopped then return stopped end
if holder then return {'busy', holder} end
probeLocks(id)
own(id, lock)
pay()
return {'taken'}
`;

/**
 * admitRequest: the same without a lock, before a pull request is opened; `admitted_at` in the record says that it has paid.
 * ARGV id, automatic (1/0), commits an hour, commits a day, the limits of rollbacks, the freeze window that holds ('' for none).
 */
export const admitRequestScript = `
${brakes}
local id, automatic = arg(), arg() == '1'
local hourly, daily, limits, window = tonumber(arg()), tonumber(arg()), readLimits(), arg()
if statusOf(id) ~= TAKES.implement then return {'lost'} end
local stopped = brake(id, nil, automatic, limits, window)
if stopped then return stopped end
-- Who took the lock for a push that turned out to need a request has paid with it.
local held = redis.call('HGET', record(id), 'lock')
if held and redis.call('GET', lockKey(held)) == id then return {'taken'} end
if redis.call('HEXISTS', record(id), 'admitted_at') == 1 then return {'taken'} end
stopped = spent(automatic, hourly, daily)
if stopped then return stopped end
redis.call('HSET', record(id), 'admitted_at', nowIso)
pay()
return {'taken'}
`;

/** lock: the lock alone, for a change that is on the branch already. ARGV id, lock. */
export const lockScript = `
${brakes}
local id, lock = arg(), arg()
if statusOf(id) ~= TAKES.sync then return {'lost'} end
local holder = redis.call('GET', lockKey(lock))
if holder and holder ~= id then return {'busy', holder} end
probeLocks(id)
own(id, lock)
return {'taken'}
`;
