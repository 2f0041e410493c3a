/**
 * What the router's book needs done in one step. Standing by themselves, without the prelude: whoever loads the book need
 * not load that. Entries and rows are passed on as the very strings they came as. All types are looked at before the first
 * write, because a script that fails half-way is not rolled back.
 */

/**
 * The shelf of one model as it is to be, if it still is as it was seen. ARGV: prefix, name; seen and wanted, each: current,
 * previous, staging ('' for none), number of archived entries, these; number of versions whose bytes go, these; version
 * whose bytes have to be there ('' for none); version that is new ('' for none), its bytes. Returns `ok`, `changed` when the
 * shelf is another one by now, or `missing` when the bytes are not there.
 */
export const putShelfScript = `
local cursor = 3
local function arg() local value = ARGV[cursor]; cursor = cursor + 1; return value end
local function args() local n = tonumber(arg()); local all = {}; for i = 1, n do all[i] = arg() end; return all end
local shelf = ARGV[1] .. 'school:model:' .. ARGV[2]
local archive = shelf .. ':archive'
local PLACES = {'current', 'previous', 'staging'}
local function places() local all = {}; for i = 1, 3 do all[i] = arg() end; return all end
local seen, seenArchive, wanted, wantedArchive = places(), args(), places(), args()
local gone, needed, fresh, bytes = args(), arg(), arg(), arg()

local is = redis.call('HMGET', shelf, unpack(PLACES))
for i = 1, 3 do if (is[i] or '') ~= seen[i] then return 'changed' end end
local archived = redis.call('LRANGE', archive, 0, -1)
if #archived ~= #seenArchive then return 'changed' end
for i = 1, #archived do if archived[i] ~= seenArchive[i] then return 'changed' end end
if needed ~= '' and redis.call('STRLEN', shelf .. ':' .. needed) == 0 then return 'missing' end
if fresh ~= '' then redis.call('STRLEN', shelf .. ':' .. fresh) end

if fresh ~= '' then redis.call('SET', shelf .. ':' .. fresh, bytes) end
for i = 1, 3 do
  if wanted[i] == '' then redis.call('HDEL', shelf, PLACES[i]) else redis.call('HSET', shelf, PLACES[i], wanted[i]) end
end
redis.call('DEL', archive)
if #wantedArchive > 0 then redis.call('RPUSH', archive, unpack(wantedArchive)) end
for _, version in ipairs(gone) do redis.call('DEL', shelf .. ':' .. version) end
return 'ok'
`;

/**
 * ARGV: prefix, improvement, milliseconds, row as JSON, its label ('' for none), most rows. A label that is new, another
 * one or none any more counts as one to train with. Who has read the rows before reads those written since, so every row
 * is noted with a moment that is later than any before; the first of all tells a Redis that was emptied from itself. Returns the rows there are now.
 */
export const keepRowScript = `
local router = ARGV[1] .. 'school:router'
local rows, times, changes = router .. ':rows', router .. ':rows:at', router .. ':rows:written'
local id, at, row, label, most = ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
redis.call('HLEN', router)
redis.call('ZCARD', times)
redis.call('ZCARD', changes)
local before = ''
local kept = redis.call('HGET', rows, id)
if kept then
  local ok, old = pcall(cjson.decode, kept)
  if ok and type(old) == 'table' and type(old.label) == 'string' then before = old.label end
end

redis.call('HSET', rows, id, row)
redis.call('ZADD', times, at, id)
if label ~= before then redis.call('HINCRBY', router, 'labels', 1) end
local time = redis.call('TIME')
local last = tonumber(redis.call('HGET', router, 'written') or '') or 0
local written = string.format('%.0f', math.max(last + 1, tonumber(time[1]) * 1000000 + tonumber(time[2])))
redis.call('HSETNX', router, 'first', written)
redis.call('HSET', router, 'written', written)
redis.call('ZADD', changes, written, id)
local over = redis.call('ZCARD', times) - most
while over > 0 do
  local oldest = redis.call('ZRANGE', times, 0, math.min(over, 1000) - 1)
  redis.call('ZREM', times, unpack(oldest))
  redis.call('ZREM', changes, unpack(oldest))
  redis.call('HDEL', rows, unpack(oldest))
  over = over - #oldest
end
return redis.call('ZCARD', times)
`;

/** ARGV: prefix, milliseconds, labels that were counted when the training began ('' for all there are). */
export const trainedScript = `
local router = ARGV[1] .. 'school:router'
local now = tonumber(redis.call('HGET', router, 'labels') or '') or 0
local left = ARGV[3] == '' and 0 or math.max(0, now - tonumber(ARGV[3]))
redis.call('HSET', router, 'trained', ARGV[2], 'labels', string.format('%.0f', left))
return left
`;
