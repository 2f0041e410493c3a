/**
 * migrate: one record in the form of a newer version, in one step. What it is made from must still be there: whoever writes
 * a record in between, in its old form, is not overwritten. Nobody else's lease: its worker reads what it claimed.
 *
 * ARGV stage, token (both '' when nobody works on it), id, from version, n, field, value before, … of all that changes ('' for
 * none), n, field, value, …, n, removed field, …  Returns `ok`, `gone`, `busy` (leased), `lost` (not by this token) or
 * `changed`.
 */
export const migrateScript = `
local stage, token, id, from, before, set, remove = arg(), arg(), arg(), tonumber(arg()), args(), args(), args()
local rec = record(id)
if redis.call('TYPE', rec).ok ~= 'hash' then return 'gone' end
local facts = redis.call('HMGET', rec, 'schema_version', 'lease', 'status')
if (tonumber(facts[1] or '') or 1) ~= from then return 'changed' end
if token ~= '' then
  if facts[2] ~= token or not redis.call('ZSCORE', queue(stage) .. ':leases', token) then return 'lost' end
elseif facts[2] then
  for owner, takes in pairs(TAKES) do
    if takes == facts[3] and redis.call('ZSCORE', queue(owner) .. ':leases', facts[2]) then return 'busy' end
  end
end
for i = 1, #before, 2 do
  if (redis.call('HGET', rec, before[i]) or '') ~= before[i + 1] then return 'changed' end
end
if #set > 0 then redis.call('HSET', rec, unpack(set)) end
if #remove > 0 then redis.call('HDEL', rec, unpack(remove)) end
count('migrated')
flush()
return 'ok'
`;
