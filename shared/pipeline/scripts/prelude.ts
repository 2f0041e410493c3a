/**
 * What all scripts share. Rules that hold in every one of them: the clock is Redis's; keys are probed with a cheap read
 * before the first write, because a script that fails half-way is not rolled back; an event is passed on as the very
 * string it came as, never decoded and encoded again (cjson turns [] into {}).
 */
import { ROLLBACK_BOUNDS } from "../durations.ts";
import { tables } from "./tables.ts";

/** A timer further away than this waits with the coordinator and keeps no pod up. */
export const LONG_TIMER_MS = 120_000;

export const prelude = `${tables}
local P = ARGV[1]
local cursor = 2
local function arg() local value = ARGV[cursor]; cursor = cursor + 1; return value end
local function args() local n = tonumber(arg()); local all = {}; for i = 1, n do all[i] = arg() end; return all end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

-- ISO 8601 of milliseconds; days to civil date after H. Hinnant's chrono algorithms.
local function iso(ms)
  local days = math.floor(ms / 86400000)
  local rest = ms - days * 86400000
  local z = days + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local day = doy - math.floor((153 * mp + 2) / 5) + 1
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  local s = math.floor(rest / 1000)
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d.%03dZ', year, month, day,
    math.floor(s / 3600), math.floor(s / 60) % 60, s % 60, rest % 1000)
end
local nowIso = iso(now)

local function queue(stage) return P .. 'school:queue:' .. stage end
local function record(id) return P .. 'improvement:' .. id end
local function lockKey(lock) return P .. 'school:locks:app:' .. lock end
-- False for a record that is missing or no record.
local function statusOf(id) return redis.call('TYPE', record(id)).ok == 'hash' and redis.call('HGET', record(id), 'status') end
-- Its record was written in a form that only a newer version of the school can read.
local function isNewer(id) return (tonumber(redis.call('HGET', record(id), 'schema_version') or '') or 1) > SCHEMA end

-- Writes to keys that many settlements of one call share are gathered here and sent as one command each.
local gathered, order = {}, {}
local function gather(command, key, ...)
  local name = command .. ' ' .. key
  local list = gathered[name]
  if not list then list = {command, key}; gathered[name] = list; order[#order + 1] = list end
  for i = 1, select('#', ...) do list[#list + 1] = (select(i, ...)) end
end
local counters = {}
local function count(name, by) counters[name] = (counters[name] or 0) + (by or 1) end
local function tookBack(ms)
  local bucket = 'inf'
  for _, bound in ipairs({${ROLLBACK_BOUNDS.join(", ")}}) do if ms <= bound * 1000 then bucket = tostring(bound) break end end
  count('rollback_seconds:' .. bucket); count('rollback_ms_sum', math.max(0, ms))
end
local function flush()
  for _, list in ipairs(order) do
    for from = 3, #list, 1000 do redis.call(list[1], list[2], unpack(list, from, math.min(#list, from + 999))) end
  end
  for name, by in pairs(counters) do redis.call('HINCRBY', P .. 'school:metrics', name, by) end
  gathered, order, counters = {}, {}, {}
end

-- Reads that fail with WRONGTYPE before anything was written; a key shared by many is looked at once a call.
local probed = {}
local function probe(command, key, ...)
  if probed[key] then return end
  redis.call(command, key, ...)
  probed[key] = true
end
local function probeQueue(stage)
  local q = queue(stage)
  probe('LLEN', q); probe('ZCARD', q .. ':leases'); probe('HLEN', q .. ':leased')
  probe('ZCARD', q .. ':delayed'); probe('LLEN', q .. ':dead'); probe('HLEN', q .. ':attempts')
  probe('HLEN', P .. 'school:metrics')
end
local function probeStatus(status)
  probe('ZCARD', P .. 'improvements:' .. status)
  probe('SCARD', P .. 'improvements:status:' .. status)
  if status == 'rejected' then probe('ZCARD', P .. 'school:tombstones') end
  if status == 'rolling_back' then probe('ZCARD', P .. 'school:rollbacks'); probe('LLEN', P .. 'improvements:rollback_log') end
  for _, stage in ipairs(LISTENERS[status]) do probe('LLEN', queue(stage)) end
end
-- Not the trail: a transition writes it first, so that a trail of the wrong type stops everything else.
local function probeStreams()
  probe('XLEN', P .. 'school:events'); probe('HLEN', P .. 'school:metrics')
end
-- The locks a move may take, leave or hand on, and the trace it belongs to: {lock, waits_for_lock, traceparent, tracestate}, read here unless the caller has them.
local function probeLocks(id, held)
  held = held or redis.call('HMGET', record(id), 'lock', 'waits_for_lock', 'traceparent', 'tracestate')
  for i = 1, 2 do
    if held[i] then redis.call('GET', lockKey(held[i])); redis.call('ZCARD', lockKey(held[i]) .. ':waiting') end
  end
  return held
end

-- CloudEvents' extension for distributed tracing, as the record has it: before the data, so that the rest stays as it is.
local function traceText(parent, state)
  if not parent then return '' end
  return '"traceparent":' .. cjson.encode(parent) .. ',' .. (state and '"tracestate":' .. cjson.encode(state) .. ',' or '')
end

-- The event's id, its improvement's, and the event where it had to be decoded. The patterns are what announce below writes,
-- without and with a trace, so that nothing inside a string can look like a field.
local HEAD = '^{"specversion":"1.0","id":"([^"\\\\]+)","source":"\\\\/cortex%-online%-school\\\\/[^"\\\\]+","type":"[^"\\\\]+","subject":"[^"\\\\]+",'
  .. '"time":"[^"\\\\]+","datacontenttype":"application/json",' .. string.gsub(DATA_SCHEMA, '%-', '%%-')
local TAIL = '"data":{"id":"([^"\\\\]+)"}}$'
local OURS, TRACED = HEAD .. TAIL, HEAD .. '"traceparent":"[%x-]+",' .. TAIL
local function identify(event)
  local eventId, id = string.match(event, OURS)
  if not eventId then eventId, id = string.match(event, TRACED) end
  if eventId then return eventId, id end
  local ok, decoded = pcall(cjson.decode, event)
  if not ok or type(decoded) ~= 'table' then return nil end
  local data = decoded.data
  return type(decoded.id) == 'string' and decoded.id or '', type(data) == 'table' and type(data.id) == 'string' and data.id or '', decoded
end

-- One event about an improvement, for every stage that listens to this status. Its owner's waits behind behindLock, if given.
local function announce(id, status, by, entry, behindLock, trace)
  local listeners = LISTENERS[status]
  if #listeners == 0 then return end
  local quoted = cjson.encode(id)
  local eventId = id .. ':' .. status .. ':' .. entry
  local event = '{"specversion":"1.0","id":' .. cjson.encode(eventId)
    .. ',"source":' .. cjson.encode('/cortex-online-school/' .. by)
    .. ',"type":"ai.cortex.school.improvement.' .. status .. '","subject":' .. quoted
    .. ',"time":"' .. nowIso .. '","datacontenttype":"application/json",' .. DATA_SCHEMA .. (trace or '') .. '"data":{"id":' .. quoted .. '}}'
  for _, stage in ipairs(listeners) do
    if behindLock and TAKES[stage] then
      redis.call('HSET', record(id), 'waiting', eventId, 'waits_for_lock', behindLock)
      -- Taking back goes before all that would add.
      local score = status == 'rolling_back' and now - 10000000000000 or now
      redis.call('ZADD', lockKey(behindLock) .. ':waiting', score, stage .. '|' .. event)
    else gather('LPUSH', queue(stage), event) end
  end
end

-- The audit trail of one improvement, and the same for everybody. Returns the entry's id.
local function log(id, from, to, by, because, evidence, taken)
  local fields = {'from', from, 'to', to, 'by', by, 'because', because}
  if evidence ~= '' then fields[#fields + 1] = 'evidence'; fields[#fields + 1] = evidence end
  if taken then fields[#fields + 1] = 'taken_at'; fields[#fields + 1] = taken end
  local entry = redis.call('XADD', record(id) .. ':trail', '*', unpack(fields))
  redis.call('XADD', P .. 'school:events', 'MAXLEN', '~', 10000, '*', 'improvement', id, unpack(fields, 1, 8))
  return entry
end

-- Lets the next improvement that waits for this lock go on, when the lock is free. implement takes the lock itself, with the
-- second gate; every other stage is handed it. Who no longer stands there (its event is dropped or buried when it is
-- claimed) must not keep the rest waiting.
local function wakeWaiter(lock)
  local key = lockKey(lock)
  while redis.call('EXISTS', key) == 0 do
    local member = redis.call('ZPOPMIN', key .. ':waiting')[1]
    if not member then return end
    local stage, event = string.match(member, '^(%l+)|(.*)$')
    if not stage then stage, event = 'implement', member end
    local pushed = redis.pcall('LPUSH', queue(stage), event)
    if type(pushed) == 'table' and pushed.err then redis.call('ZADD', key .. ':waiting', now, member) return end
    local _, id = identify(event)
    if id and id ~= '' and statusOf(id) == TAKES[stage] then
      if stage ~= 'implement' then redis.call('SET', key, id); redis.call('HSET', record(id), 'lock', lock) end
      return
    end
  end
end
-- The name stays in the record: who has to work on the cluster again takes the same lock.
local function releaseLock(id, lock)
  if redis.call('GET', lockKey(lock)) ~= id then return end
  redis.call('DEL', lockKey(lock))
  wakeWaiter(lock)
end

-- Writes a transition whose keys were probed and whose legality was checked.
local function move(id, from, to, by, because, evidence, set, remove, held)
  local rec = record(id)
  held = held or redis.call('HMGET', rec, 'lock', 'waits_for_lock', 'traceparent', 'tracestate', 'taken_at')
  local entry = log(id, from, to, by, because, evidence, held[5])
  redis.call('HSET', rec, 'status', to, 'updated_at', nowIso, unpack(set))
  redis.call('HDEL', rec, 'lease', 'waiting', 'waits_for_lock', 'taken_at', unpack(remove))
  gather('ZREM', P .. 'improvements:' .. from, id)
  gather('SREM', P .. 'improvements:status:' .. from, id)
  gather('ZADD', P .. 'improvements:' .. to, now, id)
  gather('SADD', P .. 'improvements:status:' .. to, id)
  count('moved:' .. to)
  local behindLock, drops = nil, false
  for _, field in ipairs(remove) do drops = drops or field == 'lock' end
  for i = 1, #set, 2 do if set[i] == 'tombstone' then redis.call('ZADD', P .. 'school:tombstones', now, id) end end
  if drops and held[1] then releaseLock(id, held[1])
  elseif NEEDS_LOCK[to] and held[1] then
    local holder = redis.call('GET', lockKey(held[1]))
    if not holder then redis.call('SET', lockKey(held[1]), id) elseif holder ~= id then behindLock = held[1] end
  end
  local parent, state = held[3], held[4]
  for i = 1, #set, 2 do if set[i] == 'traceparent' then parent = set[i + 1] elseif set[i] == 'tracestate' then state = set[i + 1] end end
  announce(id, to, by, entry, behindLock, traceText(parent, state))
  if to == 'rolling_back' then redis.call('ZADD', P .. 'school:rollbacks', now, id) end
  if from == 'rolling_back' then
    -- Since it came here; the index still has it.
    tookBack(now - (tonumber(redis.call('ZSCORE', P .. 'improvements:rolling_back', id) or '') or now))
    redis.call('LPUSH', P .. 'improvements:rollback_log', cjson.encode({improvement_id = id, reason = because, timestamp = nowIso, result = to}))
  end
  if RELEASES[to] and held[1] then releaseLock(id, held[1]) end
  if held[2] and held[2] ~= behindLock then wakeWaiter(held[2]) end
end

-- A new record. proposal: {id, video ('' for none), category, set = {field, value, …}}
local function probeNew(proposal, status)
  probeStatus(status); probeStreams()
  probe('SCARD', P .. 'improvements:category:' .. proposal.category)
  if proposal.video ~= '' then probe('SCARD', P .. 'improvements:video:' .. proposal.video) end
end
local function create(proposal, status, by, because)
  local id = proposal.id
  local entry = log(id, '', status, by, because, '')
  redis.call('HSET', record(id), 'id', id, 'status', status, 'schema_version', SCHEMA, 'created_at', nowIso, 'updated_at', nowIso, unpack(proposal.set))
  gather('ZADD', P .. 'improvements:' .. status, now, id)
  gather('SADD', P .. 'improvements:status:' .. status, id)
  gather('SADD', P .. 'improvements:category:' .. proposal.category, id)
  if proposal.video ~= '' then gather('SADD', P .. 'improvements:video:' .. proposal.video, id) end
  count('moved:' .. status)
  return entry
end

-- Ends a lease. False when it was not (any longer) this token's.
local function dropLease(stage, token)
  local q = queue(stage)
  if redis.call('ZREM', q .. ':leases', token) == 0 then return false end
  redis.call('HDEL', q .. ':leased', token)
  return true
end

-- Ends a lease that is known to be this token's.
local function endLease(stage, token)
  gather('ZREM', queue(stage) .. ':leases', token)
  gather('HDEL', queue(stage) .. ':leased', token)
end

local function later(stage, event, delay)
  if delay > ${LONG_TIMER_MS} then redis.call('ZADD', P .. 'school:timers', now + delay, stage .. '|' .. event)
  else redis.call('ZADD', queue(stage) .. ':delayed', now + delay, event) end
end

-- Of what this call buried the reason and the improvement: its caller tells them.
local buried = {}
-- The event unchanged (or its raw text, when it is not JSON) plus the reason.
local function bury(stage, event, eventId, id, attempts, reason, isJson)
  local takes = TAKES[stage]
  buried[#buried + 1] = {reason, id}
  -- A damaged key must not keep the event from its dead letter, so the probes may fail here; then only the status stays.
  local movable = takes and id ~= '' and redis.call('TYPE', record(id)).ok == 'hash'
    and redis.call('HGET', record(id), 'status') == takes
    and pcall(function() probeStatus(takes); probeStatus('dead'); probeStreams(); redis.call('XLEN', record(id) .. ':trail'); probeLocks(id) end)
  local entry = '{"stage":' .. cjson.encode(stage) .. ',"reason":' .. cjson.encode(reason) .. ',"attempts":' .. attempts
    .. ',"at":"' .. nowIso .. '",' .. (isJson and '"event":' .. event or '"raw":' .. cjson.encode(event)) .. '}'
  redis.call('LPUSH', queue(stage) .. ':dead', entry)
  if eventId ~= '' then redis.call('HDEL', queue(stage) .. ':attempts', eventId) end
  count('dead:' .. stage)
  if movable then move(id, takes, 'dead', stage, reason, '', {'died_in', takes, 'dead_reason', reason}, {}) end
end

-- Most stages have no failed event at all, so the hash is asked once a call whether it is worth asking.
local someAttempts = {}
local function anyAttempts(stage)
  if someAttempts[stage] == nil then someAttempts[stage] = redis.call('HLEN', queue(stage) .. ':attempts') > 0 end
  return someAttempts[stage]
end
local function attemptsOf(stage, eventId)
  return anyAttempts(stage) and tonumber(redis.call('HGET', queue(stage) .. ':attempts', eventId) or 0) or 0
end
local function setAttempts(stage, eventId, attempt)
  redis.call('HSET', queue(stage) .. ':attempts', eventId, attempt)
  someAttempts[stage] = true
end

-- leased holds attempt|event id length|improvement id length|event id, improvement id, event
local function pack(attempt, eventId, id, event) return attempt .. '|' .. #eventId .. '|' .. #id .. '|' .. eventId .. id .. event end
local function unpackLease(value)
  local attempt, eventLength, idLength, rest = string.match(value, '^(%d+)|(%d+)|(%d+)|(.*)$')
  eventLength, idLength = tonumber(eventLength), tonumber(idLength)
  return tonumber(attempt), string.sub(rest, 1, eventLength), string.sub(rest, eventLength + 1, eventLength + idLength),
    string.sub(rest, eventLength + idLength + 1)
end
`;
