/**
 * import: one record of the founding platform, once. Its own key is never written. What became of it is noted in
 * school:imported (HASH platform's id -> 'ingest' or our id), in the same script, so a second run changes nothing.
 */

/** What is not in a cluster yet begins at ingest. ARGV platform's id, element. Returns {'imported' or 'known', what}. */
export const importElementScript = `
local key, element = arg(), arg()
local imported = P .. 'school:imported'
probeQueue('ingest')
local known = redis.call('HGET', imported, key)
if known then return {'known', known} end
redis.call('HSET', imported, key, 'ingest')
redis.call('LPUSH', queue('ingest'), element)
return {'imported', 'ingest'}
`;

/**
 * What ended there is history here: a record and its indexes, no event for anybody. ARGV platform's id, status, time of
 * that (ms), why, id, video, category, n, field, value, …  Returns {'imported' or 'known', our id}, or {'taken', type}.
 */
export const importHistoryScript = `
local key, status, at, because = arg(), arg(), tonumber(arg()), arg()
local past = {id = arg(), video = arg(), category = arg(), set = args()}
local imported = P .. 'school:imported'
local known = redis.call('HGET', imported, key)
if known then return {'known', known} end
probeNew(past, status)
redis.call('XLEN', record(past.id) .. ':trail')
local kind = redis.call('TYPE', record(past.id)).ok
if kind ~= 'none' then return {'taken', kind} end
create(past, status, 'import', because)
-- It stands where it stood since then, and nothing moved.
gather('ZADD', P .. 'improvements:' .. status, at, past.id)
count('moved:' .. status, -1)
redis.call('HSET', imported, key, past.id)
flush()
return {'imported', past.id}
`;
