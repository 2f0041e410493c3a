/**
 * look-at-watch: has a watched source looked at when its time has come, or (forced) at once: one event however many ask,
 * and one however much time has passed. ARGV: prefix, name, ms between two looks, ms of jitter, 1 when forced, data of the
 * event. Returns {1 when an event was added, ms until the next look, id of the event that waits or ''}.
 */

/** An event nobody settled for so long was buried or discarded, and must not keep the source from being looked at. */
const LOST_MS = 3_600_000;

export const lookAtWatchScript = `
local name, every, jitter, forced, data = arg(), tonumber(arg()), tonumber(arg()), arg() == '1', arg()
local key = P .. 'school:watch:' .. name
local q = queue('ingest')
probe('LLEN', q)
local facts = redis.call('HMGET', key, 'next', 'pending', 'pending_at')
local next = tonumber(facts[1] or '') or 0
-- Further away than it can be: it is looked at more often now, or the clock was set back.
if next > now + every * 1.2 then next = 0 end
if next > now and not forced then return {0, math.ceil(next - now), ''} end
local asked = tonumber(facts[3] or '') or 0
if facts[2] and asked <= now and now - asked < math.max(every, ${LOST_MS}) then return {0, every, facts[2]} end
local id = string.format('watch:%s:%.0f', name, now)
redis.call('LPUSH', q, '{"specversion":"1.0","id":' .. cjson.encode(id)
  .. ',"source":"/cortex-online-school/clock","type":"ai.cortex.school.source.submitted","time":"' .. nowIso
  .. '","datacontenttype":"application/json",' .. DATA_SCHEMA .. '"data":' .. data .. '}')
redis.call('HSET', key, 'next', string.format('%.0f', now + every + jitter), 'pending', id, 'pending_at', string.format('%.0f', now))
return {1, math.ceil(every + jitter), id}
`;
