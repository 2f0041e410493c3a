/**
 * legacy: moves elements from a list of the founding platform onto the ingest list, oldest first. One command each, so an
 * element is always in one of the two, whoever dies and however many move at once.
 * ARGV list, max. Returns how many, and how many are left; -1 and the type when the key is no list.
 */
export const legacyScript = `
local list, max = arg(), tonumber(arg())
local kind = redis.call('TYPE', list).ok
if kind == 'none' then return {0, 0} end
if kind ~= 'list' then return {-1, kind} end
probeQueue('ingest')
local moved = 0
while moved < max and redis.call('LMOVE', list, queue('ingest'), 'RIGHT', 'LEFT') do moved = moved + 1 end
return {moved, redis.call('LLEN', list)}
`;
