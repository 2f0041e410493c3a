/**
 * ARGV prefix, id, …  Per id a text that is another one when anything of it that the review queue shows may be: every move
 * sets updated_at, what is put off or forecast without one is seen in itself. '' for no record.
 */
export const reviewMarksScript = `
local all = {}
for i = 2, #ARGV do
  local key, mark = ARGV[1] .. 'improvement:' .. ARGV[i], ''
  if redis.call('TYPE', key).ok == 'hash' then
    local facts = redis.call('HMGET', key, 'status', 'updated_at', 'lock', 'deferred')
    for n = 1, 4 do mark = mark .. (facts[n] or '') .. '|' end
    mark = mark .. redis.call('HLEN', key) .. '|' .. redis.call('HSTRLEN', key, 'forecast')
  end
  all[i - 1] = mark
end
return all
`;
