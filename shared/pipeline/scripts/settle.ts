import { sourceKinds } from "./settle-sources.ts";

/**
 * settle: the one atomic step that ends leases. It checks token and status, then writes record, indexes, trail, the
 * events that follow and the end of the lease together, and claims the next events. A late or repeated worker changes
 * nothing. Several settlements may share one call.
 *
 * ARGV: prefix, stage, count, then per settlement: kind, token, …; at the end worker, max, lease ms, max attempts
 * (max 0: claim nothing). Kinds:
 *   move      id, from, to, because, evidence, n, field, value, …, n, removed field, …, n, counter, …
 *   again     id, from, delay ms, n, field, value, …, n, removed field, …
 *   behind    id, from, lock
 *   done      –
 *   later     delay ms
 *   source, listed, known   see settle-sources.ts
 *   retry     delay ms, counts (1/0), max attempts, reason
 *   dead      reason
 *   handback  –
 */
export const settleScript = `
local stage = arg()
local q = queue(stage)
probeQueue(stage)
probe('ZCARD', P .. 'school:timers')
-- A Redis that is out of memory refuses only a first write that may grow, and one on a replica refuses any: so the first
-- write is one that cannot grow and may fail, and what ends work is never half refused.
redis.call('HDEL', q .. ':leased', '')

-- The record names the lease it is under; a reaped or foreign token is not named there.
-- Returns what the record says of locks, of its trace and since when it is in work, nil when it is not.
local function owned(token, id, from)
  local facts = redis.call('HMGET', record(id), 'status', 'lease', 'lock', 'waits_for_lock', 'traceparent', 'tracestate', 'taken_at')
  if facts[1] ~= from or facts[2] ~= token then return nil end
  return {facts[3], facts[4], facts[5], facts[6], facts[7]}
end

local function finish(token)
  local value = redis.call('HGET', q .. ':leased', token)
  if not dropLease(stage, token) or not value then return nil end
  local attempt, eventId, id, event = unpackLease(value)
  return {attempt = attempt, eventId = eventId, id = id, event = event}
end

local function succeeded(lease)
  if lease.attempt > 1 then redis.call('HDEL', q .. ':attempts', lease.eventId) end
  count('settled:' .. stage)
end

-- The manual rollback flag, by the rule of revert/manual.ts.
local function askedBack(id)
  local flag = redis.call('HGET', record(id), 'rollback_requested')
  if not flag then return false end
  local said = string.lower(string.gsub(flag, '%s', ''))
  return said ~= '' and said ~= '0' and said ~= 'false'
end

local kinds = {}

function kinds.move(token)
  local id, from, to, because, evidence, set, remove, counts = arg(), arg(), arg(), arg(), arg(), args(), args(), args()
  if not BY_STAGE[from] or not BY_STAGE[from][to] then return 'illegal' end
  local held = owned(token, id, from)
  if not held then return 'lost' end
  -- Asked for while the handler was at work: that all is well is no longer its word to give, so it looks once more.
  if (to == 'verified' or to == 'held') and askedBack(id) then
    local lease = finish(token)
    redis.call('HDEL', record(id), 'lease')
    redis.call('RPUSH', q, lease.event)
    return 'lost'
  end
  probeStatus(from); probeStatus(to); probeStreams(); probeLocks(id, held)
  -- Later stages name the expert again.
  if to == 'routed' then for i = 1, #set, 2 do if set[i] == 'expert' then count('expert:' .. set[i + 1]) end end end
  for _, counter in ipairs(counts) do count(counter) end
  move(id, from, to, stage, because, evidence, set, remove, held)
  if anyAttempts(stage) then succeeded(finish(token))
  else endLease(stage, token); count('settled:' .. stage) end
  return 'ok'
end

function kinds.again(token)
  local id, from, delay, set, remove = arg(), arg(), tonumber(arg()), args(), args()
  if not owned(token, id, from) then return 'lost' end
  local lease = finish(token)
  succeeded(lease)
  local waitsFor = redis.call('HGET', record(id), 'waits_for_lock')
  redis.call('HSET', record(id), 'updated_at', nowIso, 'waiting', lease.eventId, unpack(set))
  redis.call('HDEL', record(id), 'lease', 'waits_for_lock', unpack(remove))
  later(stage, lease.event, delay)
  if waitsFor then wakeWaiter(waitsFor) end
  return 'ok'
end

function kinds.behind(token)
  local id, from, lock = arg(), arg(), arg()
  if not owned(token, id, from) then return 'lost' end
  local key = lockKey(lock)
  probeLocks(id)
  redis.call('ZCARD', key .. ':waiting')
  redis.call('SADD', P .. 'school:locks', lock)
  local holder = redis.call('GET', key)
  local before = redis.call('HGET', record(id), 'waits_for_lock')
  local lease = finish(token)
  succeeded(lease)
  redis.call('HSET', record(id), 'updated_at', nowIso, 'waiting', lease.eventId, 'waits_for_lock', lock)
  redis.call('HDEL', record(id), 'lease')
  -- Let go between the look and this settle: nobody would wake it, so it goes straight back.
  if holder and holder ~= id then redis.call('ZADD', key .. ':waiting', now, stage .. '|' .. lease.event)
  else redis.call('RPUSH', q, lease.event) end
  -- Woken for one lock it now needs another: whoever else waits for the first must not wait for ever.
  if before and before ~= lock then wakeWaiter(before) end
  return 'ok'
end

function kinds.done(token)
  local lease = finish(token)
  if not lease then return 'lost' end
  succeeded(lease)
  return 'ok'
end

-- Goes on at once with delay 0, before whatever else waits.
function kinds.later(token)
  local delay = tonumber(arg())
  local lease = finish(token)
  if not lease then return 'lost' end
  succeeded(lease)
  if delay == 0 then redis.call('RPUSH', q, lease.event) else later(stage, lease.event, delay) end
  return 'ok'
end

${sourceKinds}
local function unleaseRecord(lease, token)
  if lease.id == '' or not TAKES[stage] or redis.call('TYPE', record(lease.id)).ok ~= 'hash' then return false end
  if redis.call('HGET', record(lease.id), 'lease') ~= token then return false end
  redis.call('HDEL', record(lease.id), 'lease')
  return true
end

function kinds.retry(token)
  local delay, counts, maxAttempts, reason = tonumber(arg()), arg() == '1', tonumber(arg()), arg()
  local lease = finish(token)
  if not lease then return 'lost' end
  local mine = unleaseRecord(lease, token)
  count('retried:' .. stage)
  if counts and lease.attempt >= maxAttempts then
    bury(stage, lease.event, lease.eventId, lease.id, lease.attempt, reason, true)
    return 'dead'
  end
  if counts then setAttempts(stage, lease.eventId, lease.attempt) end
  if mine then redis.call('HSET', record(lease.id), 'waiting', lease.eventId, 'last_error', reason) end
  later(stage, lease.event, delay)
  return 'ok'
end

function kinds.dead(token)
  local reason = arg()
  local lease = finish(token)
  if not lease then return 'lost' end
  unleaseRecord(lease, token)
  bury(stage, lease.event, lease.eventId, lease.id, lease.attempt, reason, true)
  return 'dead'
end

function kinds.handback(token)
  local lease = finish(token)
  if not lease then return 'lost' end
  unleaseRecord(lease, token)
  redis.call('RPUSH', q, lease.event)
  return 'ok'
end

-- A Redis that is out of memory lets a script go on once it has written, and this writes nothing: what is done can
-- then still be put down, which is what frees memory.
redis.call('HDEL', P .. 'school:metrics', '')
local results = {}
for i = 1, tonumber(arg()) do
  local kind, token = arg(), arg()
  -- Every kind reads all its arguments before it can fail, and writes only after its probes: one damaged key spoils one
  -- settlement, not the call.
  local ok, result = pcall(kinds[kind], token)
  results[i] = ok and result or 'error ' .. (type(result) == 'table' and result.err or tostring(result))
end
flush()
local worker, max, leaseMs, maxAttempts = arg(), tonumber(arg()), tonumber(arg()), tonumber(arg())
if max == 0 then return {results, false} end
return {results, claim(stage, worker, max, leaseMs, maxAttempts)}
`;
