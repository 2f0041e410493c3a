/** ARGV prefix, id of a source, …  Per id its state; '' where there is no such source, or its key is of another type. */
export const sourceStatesScript = `
local all = {}
for i = 2, #ARGV do
  local key = ARGV[1] .. 'school:source:' .. ARGV[i]
  all[i - 1] = redis.call('TYPE', key).ok == 'hash' and redis.call('HGET', key, 'state') or ''
end
return all
`;
