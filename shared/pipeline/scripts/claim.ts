/**
 * claim: promote what is due, reap what expired, then move events from the list into leases. One script, so an event is
 * never between two places. Also the tail of every settle: one round trip per hop.
 */
import { LONG_TIMER_MS } from "./prelude.ts";

/** Until what a newer version wrote is offered again: one of its workers is being started, or comes with the next replacement. */
export const NEWER_MS = 2_000;

export const claimFunctions = `
-- Redis's clock was set back: what is due or ends later than anything can be must not wait for the clock to catch up.
-- Delayed events are looked at now; a lease runs anew, its worker's heartbeat says whether that worker still lives.
local function clockSetBack(stage, leaseMs)
  local q = queue(stage)
  local beyond = '(' .. (now + ${2 * LONG_TIMER_MS})
  for _, event in ipairs(redis.call('ZRANGEBYSCORE', q .. ':delayed', beyond, '+inf', 'LIMIT', 0, 100)) do
    redis.call('ZADD', q .. ':delayed', now, event)
  end
  if not leaseMs then return end
  -- Workers of one stage may have leases of different length for a while, so well above.
  beyond = '(' .. (now + math.max(${5 * LONG_TIMER_MS}, 2 * leaseMs))
  for _, token in ipairs(redis.call('ZRANGEBYSCORE', q .. ':leases', beyond, '+inf', 'LIMIT', 0, 100)) do
    redis.call('ZADD', q .. ':leases', now + leaseMs, token)
  end
end

local function reap(stage, maxAttempts, leaseMs)
  local q = queue(stage)
  clockSetBack(stage, leaseMs)
  for _, event in ipairs(redis.call('ZRANGEBYSCORE', q .. ':delayed', '-inf', now, 'LIMIT', 0, 100)) do
    redis.call('ZREM', q .. ':delayed', event)
    redis.call('LPUSH', q, event)
  end
  for _, token in ipairs(redis.call('ZRANGEBYSCORE', q .. ':leases', '-inf', now, 'LIMIT', 0, 100)) do
    local value = redis.call('HGET', q .. ':leased', token)
    dropLease(stage, token)
    if value then
      local attempt, eventId, id, event = unpackLease(value)
      if TAKES[stage] and redis.call('TYPE', record(id)).ok == 'hash' and redis.call('HGET', record(id), 'lease') == token then
        redis.call('HDEL', record(id), 'lease')
      end
      count('expired:' .. stage)
      if attempt >= maxAttempts then
        bury(stage, event, eventId, id, attempt, 'the worker died or hung ' .. attempt .. ' times while it held this event', true)
      else
        setAttempts(stage, eventId, attempt)
        redis.call('RPUSH', q, event)
      end
    end
  end
end

-- Decides about one popped event: a lease (returns it) or nothing (dropped, deferred or buried, and counted).
-- direct: the event came by another way and its sender is waiting; where the list's would be dropped or deferred it
-- changes nothing and returns why.
-- What a newer version wrote is given back as it is, no attempt counted: a worker of that version takes it.
local newer = {}
local function take(stage, event, token, leaseMs, fresh, direct)
  local q = queue(stage)
  local eventId, id, decoded = identify(event)
  if not eventId then bury(stage, event, '', '', 1, 'not JSON: a list takes structured CloudEvents 1.0 as JSON text', false) return end
  -- A record of the platform's own producers: an object, no CloudEvent. The worker knows its forms and says what is wrong.
  if stage == 'ingest' and decoded and decoded.specversion == nil and string.find(event, '^%s*{') then
    eventId, id = 'record:' .. redis.sha1hex(event), ''
  end
  if eventId == '' then bury(stage, event, '', '', 1, 'not a CloudEvent 1.0: it has no id; specversion, id, source, type and data are needed', true) return end
  -- A colon would let one improvement's record be another's trail.
  if string.find(id, '[^%w_.-]') then bury(stage, event, eventId, '', 1, 'an improvement id may hold letters, digits, _ . and - only', true) return end
  local attempt = attemptsOf(stage, eventId) + 1
  local fields = {}
  if stage ~= 'ingest' and id ~= '' then
    local rec = record(id)
    fields = redis.pcall('HGETALL', rec)
    if fields.err then
      local kind = redis.call('TYPE', rec).ok
      bury(stage, event, eventId, id, attempt, 'the key improvement:' .. id .. ' holds a ' .. kind .. ', not a hash; it was left as it is', true)
      return
    end
    local status, lease, waiting, taken, schema
    if #fields > 0 then
      for i = 1, #fields, 2 do
        if fields[i] == 'status' then status = fields[i + 1]
        elseif fields[i] == 'lease' then lease = fields[i + 1]
        elseif fields[i] == 'waiting' then waiting = fields[i + 1]
        elseif fields[i] == 'taken_at' then taken = fields[i + 1]
        elseif fields[i] == 'schema_version' then schema = tonumber(fields[i + 1]) end
      end
      if schema and schema > SCHEMA then
        if direct then return nil, 'newer' end
        redis.call('ZADD', q .. ':delayed', now + ${NEWER_MS}, event)
        count('newer:' .. stage)
        newer[#newer + 1] = {id, schema}
        return
      end
    end
    if TAKES[stage] and #fields > 0 then
      -- A pointer whose status has moved on, or a second event while the first one waits for its time.
      if status ~= TAKES[stage] or (waiting and waiting ~= eventId) then
        if direct then return nil, status ~= TAKES[stage] and 'changed' or 'waiting' end
        if attempt > 1 then redis.call('HDEL', q .. ':attempts', eventId) end
        count('dropped:' .. stage)
        return
      end
      if lease and (fresh[lease] or redis.call('ZSCORE', q .. ':leases', lease)) then
        if direct then return nil, 'busy' end
        redis.call('ZADD', q .. ':delayed', now + 1000, event)
        count('deferred:' .. stage)
        return
      end
      -- The first time it is taken up at a status ends its wait in the queue; later looks are part of the work.
      redis.call('HSET', rec, 'lease', token, 'taken_at', taken or nowIso)
      if waiting then redis.call('HDEL', rec, 'waiting') end
    end
  end
  fresh[token] = true
  gather('ZADD', q .. ':leases', now + leaseMs, token)
  gather('HSET', q .. ':leased', token, pack(attempt, eventId, id, event))
  return {token, attempt, event, fields}
end

-- The layout of the keys, where it is one that this program does not know.
local function newerLayout()
  local layout = redis.pcall('HGET', P .. 'school:meta', 'layout')
  layout = type(layout) == 'string' and tonumber(layout)
  return layout and layout > LAYOUT and layout
end

local function claim(stage, worker, max, leaseMs, maxAttempts)
  local unknown = newerLayout()
  if unknown then return cjson.encode({{}, now, -1, buried, newer, unknown}) end
  local q = queue(stage)
  -- What the settlements of this call buried is in their results.
  buried, newer = {}, {}
  probeQueue(stage)
  flush()
  reap(stage, maxAttempts, leaseMs)
  local claimed, fresh = {}, {}
  local looked = 0
  -- Bounded, so that a list full of garbage cannot hold Redis for long.
  while #claimed < max and looked < max + 100 do
    local events = redis.call('RPOP', q, max - #claimed)
    if not events then break end
    for _, event in ipairs(events) do
      looked = looked + 1
      local token = worker .. ':' .. time[1] .. time[2] .. ':' .. looked
      local lease = take(stage, event, token, leaseMs, fresh)
      if lease then claimed[#claimed + 1] = lease end
    end
  end
  flush()
  -- Milliseconds until something of this stage falls due; -1: nothing is waiting. 0: the list is not empty.
  local due = -1
  if redis.call('LLEN', q) > 0 then due = 0 else
    for _, key in ipairs({q .. ':delayed', q .. ':leases'}) do
      local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
      if first[2] then
        local wait = math.max(1, tonumber(first[2]) - now)
        if due < 0 or wait < due then due = wait end
      end
    end
  end
  -- One string: a reply of many small ones costs the client more than this whole script.
  return cjson.encode({claimed, now, due, buried, newer})
end
`;

/** ARGV: prefix, stage, worker, max, lease ms, max attempts. */
export const claimScript = `
local stage, worker, max, leaseMs, maxAttempts = arg(), arg(), tonumber(arg()), tonumber(arg()), tonumber(arg())
return claim(stage, worker, max, leaseMs, maxAttempts)
`;

/**
 * admit: gives an injected improvement its record, at the status the stage takes, and leases it to this token.
 * ARGV: prefix, stage, token, id, video, category, count, field, value, …
 * Returns the fields of the record, or nil when the lease is gone or the record exists already (then a stale event).
 */
export const admitScript = `
local stage, token = arg(), arg()
local proposal = {id = arg(), video = arg(), category = arg(), set = args()}
local status = TAKES[stage]
probeNew(proposal, status)
if not redis.call('ZSCORE', queue(stage) .. ':leases', token) then return nil end
local kind = redis.call('TYPE', record(proposal.id)).ok
-- A call whose answer was lost is made again: it finds the record it made.
if kind == 'hash' and redis.call('HGET', record(proposal.id), 'lease') == token then return redis.call('HGETALL', record(proposal.id)) end
if kind ~= 'none' then return nil end
create(proposal, status, 'injection', 'injected at ' .. stage)
redis.call('HSET', record(proposal.id), 'lease', token, 'taken_at', nowIso)
flush()
return redis.call('HGETALL', record(proposal.id))
`;
