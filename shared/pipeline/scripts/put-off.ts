/** Scripts for what waits for a person and is put off, and for what was never to come again. ARGV[1] is the prefix. */

/** defer: ARGV id, status, updated_at, actor, text for the trail, until (ms), deferral as JSON. {'ok'} or {'refused', why}. */
export const deferScript = `
local id, status, since, actor, text, till, deferral = arg(), arg(), arg(), arg(), arg(), arg(), arg()
if redis.call('TYPE', record(id)).ok ~= 'hash' then return {'refused', 'there is no improvement ' .. id} end
if isNewer(id) then return {'refused', 'its record was written by a newer version of the school: put it off at a coordinator of that version'} end
local facts = redis.call('HMGET', record(id), 'status', 'updated_at')
if facts[1] ~= status or facts[2] ~= since then return {'refused', 'it moved meanwhile and is ' .. tostring(facts[1]) .. ' now'} end
probeStreams()
redis.call('ZADD', P .. 'school:deferred', till, id)
redis.call('HSET', record(id), 'deferred', deferral)
log(id, status, status, actor, text, '')
return {'ok'}
`;

/** endDeferrals: those whose time has come are in the queue again, and told of once. Returns {how many, ms to the next or -1}. */
export const endDeferralsScript = `
local key, ended = P .. 'school:deferred', 0
for _, id in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', now, 'LIMIT', 0, 100)) do
  local isRecord = redis.call('TYPE', record(id)).ok == 'hash'
  local newer = isRecord and isNewer(id)
  local facts = isRecord and redis.call('HMGET', record(id), 'status', 'updated_at', 'deferred', 'traceparent', 'tracestate') or {}
  local read, deferral = pcall(cjson.decode, facts[3] or '')
  -- What a newer version put off is left to a coordinator of that version, which is being started.
  if newer then redis.call('ZADD', key, now + 10000, id)
  elseif read and type(deferral) == 'table' and deferral.since == facts[2] then
    probeStreams(); redis.call('LLEN', queue('notify'))
    redis.call('HDEL', record(id), 'deferred')
    local entry = log(id, facts[1], facts[1], 'coordinator', 'the time it was put off for is over', '')
    for _, stage in ipairs(LISTENERS[facts[1]] or {}) do
      if stage == 'notify' then
        local quoted = cjson.encode(id)
        redis.call('LPUSH', queue('notify'), '{"specversion":"1.0","id":' .. cjson.encode(id .. ':' .. facts[1] .. ':' .. entry)
          .. ',"source":"/cortex-online-school/coordinator","type":"ai.cortex.school.improvement.' .. facts[1] .. '","subject":' .. quoted
          .. ',"time":"' .. nowIso .. '","datacontenttype":"application/json",' .. DATA_SCHEMA .. traceText(facts[4], facts[5]) .. '"data":{"id":' .. quoted .. '}}')
      end
    end
  end
  if not newer then
    redis.call('ZREM', key, id)
    ended = ended + 1
  end
end
flush()
local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
return {ended, first[2] and math.max(0, tonumber(first[2]) - now) or -1}
`;

/** allowAgain: takes a tombstone away. ARGV id, actor, reason. {'ok'} or {'refused', why}. */
export const allowAgainScript = `
local id, actor, reason = arg(), arg(), arg()
if redis.call('TYPE', record(id)).ok ~= 'hash' then return {'refused', 'there is no improvement ' .. id} end
if isNewer(id) then return {'refused', 'its record was written by a newer version of the school: allow it at a coordinator of that version'} end
local facts = redis.call('HMGET', record(id), 'status', 'tombstone')
if not facts[2] then return {'refused', 'nothing keeps what is like it from being proposed'} end
probeStreams()
redis.call('ZREM', P .. 'school:tombstones', id)
redis.call('HDEL', record(id), 'tombstone')
log(id, facts[1], facts[1], actor, 'what is like it may be proposed again: ' .. reason, '')
return {'ok', facts[1]}
`;
