/** Scripts for leases in flight, timers, and for people. ARGV[1] is always the prefix. */

/** heartbeat: ARGV stage, lease ms, n, token, …  Returns the tokens that are no longer leased. */
export const heartbeatScript = `
local stage, leaseMs, lost = arg(), tonumber(arg()), {}
for _, token in ipairs(args()) do
  -- Removed first: a Redis that is out of memory refuses a first write that may grow, and running work would lose its lease.
  if redis.call('ZREM', queue(stage) .. ':leases', token) == 1 then redis.call('ZADD', queue(stage) .. ':leases', now + leaseMs, token)
  else lost[#lost + 1] = token end
end
return lost
`;

/** save: facts written before the outcome. ARGV stage, token, id, n, field, value, …, n, removed field, …  Returns 1 or 0. */
export const saveScript = `
local stage, token, id, set, remove = arg(), arg(), arg(), args(), args()
if not redis.call('ZSCORE', queue(stage) .. ':leases', token) or redis.call('HGET', record(id), 'lease') ~= token then return 0 end
redis.call('HSET', record(id), 'updated_at', nowIso, unpack(set))
if #remove > 0 then redis.call('HDEL', record(id), unpack(remove)) end
return 1
`;

/** timers: moves those due within two minutes to their stage. Returns how many, and milliseconds to the next (-1: none). */
export const timersScript = `
local key, moved = P .. 'school:timers', 0
local near = redis.call('ZRANGEBYSCORE', key, '-inf', now + 120000, 'LIMIT', 0, 200)
for _, member in ipairs(near) do
  local stage, event = string.match(member, '^([^|]+)|(.*)$')
  local due = redis.call('ZSCORE', key, member)
  -- One damaged key or foreign entry stays where it is and must not stop the others.
  local added = stage and redis.pcall('ZADD', queue(stage) .. ':delayed', due, event)
  if type(added) == 'number' then
    redis.call('ZREM', key, member)
    moved = moved + 1
  end
end
if #near == 200 and moved > 0 then return {moved, 0} end
local first = redis.call('ZRANGEBYSCORE', key, '(' .. (now + 120000), '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
return {moved, first[2] and math.max(0, tonumber(first[2]) - now - 120000) or -1}
`;

/** reapOnly: what every claim does first, without claiming; the coordinator runs it for all stages. ARGV stage, max attempts. */
export const reapScript = `
local stage, maxAttempts = arg(), tonumber(arg())
probeQueue(stage)
reap(stage, maxAttempts)
flush()
return redis.call('LLEN', queue(stage))
`;

/**
 * decide: a move by a person. ARGV id, from, to, actor, reason, n, field, value, …, n, removed field, …
 * Returns {'ok'} or {'refused', why}.
 */
export const decideScript = `
local id, from, to, actor, reason, set, remove = arg(), arg(), arg(), arg(), arg(), args(), args()
local rec = record(id)
if redis.call('TYPE', rec).ok ~= 'hash' then return {'refused', 'there is no improvement ' .. id} end
local facts = redis.call('HMGET', rec, 'status', 'died_in')
if isNewer(id) then return {'refused', 'its record was written by a newer version of the school: decide at a coordinator of that version'} end
if facts[1] ~= from then return {'refused', 'it is ' .. tostring(facts[1]) .. ', not ' .. from} end
local legal = BY_PERSON[from] and BY_PERSON[from][to] or (from == 'dead' and facts[2] == to)
if not legal then return {'refused', 'a person cannot move it from ' .. from .. ' to ' .. to} end
probeStatus(from); probeStatus(to); probeStreams(); probeLocks(id)
move(id, from, to, actor, reason, '', set, remove)
flush()
return {'ok'}
`;

/**
 * redrive: one dead letter back. An improvement that died of it returns to the status it died in (and gets a fresh
 * event); any other event goes back as it was. ARGV stage, entry, event ('' for text that never was an event), id, actor, reason.
 */
export const redriveScript = `
local stage, entry, event, id, actor, reason = arg(), arg(), arg(), arg(), arg(), arg()
local dead = queue(stage) .. ':dead'
redis.call('LLEN', queue(stage))
if event == '' then return {'refused', 'this dead letter never was an event; there is nothing to try again'} end
local facts = id ~= '' and redis.call('TYPE', record(id)).ok == 'hash' and redis.call('HMGET', record(id), 'status', 'died_in') or {}
if facts[1] and isNewer(id) then return {'refused', 'its record was written by a newer version of the school: try it again at a coordinator of that version'} end
local revive = TAKES[stage] and facts[1] == 'dead' and facts[2]
if revive then probeStatus('dead'); probeStatus(revive); probeStreams(); probeLocks(id) end
if redis.call('LREM', dead, 1, entry) == 0 then return {'refused', 'this dead letter is gone already'} end
if revive then move(id, 'dead', revive, actor, reason, '', {}, {'died_in', 'dead_reason'})
else redis.call('LPUSH', queue(stage), event) end
flush()
return {'ok'}
`;

/**
 * unlock: an operator opens the lock of an Application, whatever its holder is doing; the next that waits goes on.
 * ARGV lock, actor, reason. Returns {'ok', holder} or {'refused', why}.
 */
export const unlockScript = `
local lock, actor, reason = arg(), arg(), arg()
local holder = redis.call('GET', lockKey(lock))
if not holder then return {'refused', 'nobody holds the lock of ' .. lock} end
redis.call('ZCARD', lockKey(lock) .. ':waiting')
local status = statusOf(holder)
if status then probeStreams() end
redis.call('DEL', lockKey(lock))
if status then log(holder, status, status, actor, 'its lock of ' .. lock .. ' was opened: ' .. reason, '') end
wakeWaiter(lock)
flush()
return {'ok', holder}
`;

/** announce: a fresh event for an improvement that stands still. ARGV id, status, actor. Used by doctor's repair. */
export const reviveScript = `
local id, status, actor = arg(), arg(), arg()
local facts = redis.call('HMGET', record(id), 'status', 'lease', 'traceparent', 'tracestate')
if facts[1] ~= status or #LISTENERS[status] == 0 then return 0 end
if facts[2] and redis.call('ZSCORE', queue(LISTENERS[status][1]) .. ':leases', facts[2]) then return 0 end
probeStatus(status); probeStreams()
redis.call('HDEL', record(id), 'lease', 'waiting')
redis.call('LPUSH', queue(LISTENERS[status][1]), '{"specversion":"1.0","id":' .. cjson.encode(id .. ':' .. status .. ':revived:' .. now)
  .. ',"source":"/cortex-online-school/doctor","type":"ai.cortex.school.improvement.' .. status .. '","subject":' .. cjson.encode(id)
  .. ',"time":"' .. nowIso .. '","datacontenttype":"application/json",' .. DATA_SCHEMA .. traceText(facts[3], facts[4]) .. '"data":{"id":' .. cjson.encode(id) .. '}}')
log(id, status, status, actor, 'its event was missing; a new one was made', '')
flush()
return 1
`;

/**
 * hurry: an improvement that waits for its time is looked at now. Not one that is being worked on or stands behind a lock.
 * Its timer's event is dropped when it comes. ARGV id, status, actor. Returns 1 when there is something to look at.
 */
export const hurryScript = `
local id, status, actor = arg(), arg(), arg()
if redis.call('TYPE', record(id)).ok ~= 'hash' then return 0 end
local facts = redis.call('HMGET', record(id), 'status', 'lease', 'waits_for_lock', 'traceparent', 'tracestate')
local stage = LISTENERS[status] and LISTENERS[status][1]
if facts[1] ~= status or facts[3] or not stage then return 0 end
if facts[2] and redis.call('ZSCORE', queue(stage) .. ':leases', facts[2]) then return 0 end
redis.call('LPUSH', queue(stage), '{"specversion":"1.0","id":' .. cjson.encode(id .. ':' .. status .. ':hurried:' .. now)
  .. ',"source":' .. cjson.encode('/cortex-online-school/' .. actor) .. ',"type":"ai.cortex.school.improvement.' .. status
  .. '","subject":' .. cjson.encode(id) .. ',"time":"' .. nowIso .. '","datacontenttype":"application/json",' .. DATA_SCHEMA .. traceText(facts[4], facts[5])
  .. '"data":{"id":' .. cjson.encode(id) .. '}}')
redis.call('HDEL', record(id), 'lease', 'waiting')
return 1
`;
