/**
 * What two books are searched by, without their texts. ARGV prefix (not used: keys are whole), key, entry to begin behind,
 * count, 1 for the stream of transitions, of which only what people did counts. Returns the first and the newest entry of
 * the stream ('' of an empty one), the last one looked at ('' for none), and per entry: id, actor, action, subject,
 * improvement ('' for none).
 */
export const deedsScript = `
local key, after, count, moves = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5] == '1'
local first, newest = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1], redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
local all = {first and first[1] or '', newest and newest[1] or '', ''}
for _, entry in ipairs(redis.call('XRANGE', key, '(' .. after, '+', 'COUNT', count)) do
  local facts, flat = {}, entry[2]
  for i = 1, #flat, 2 do facts[flat[i]] = flat[i + 1] end
  all[3] = entry[1]
  if not moves then
    local about, more = '', facts.facts or ''
    if string.find(more, '"holder"', 1, true) or string.find(more, '"improvement"', 1, true) then
      local ok, read = pcall(cjson.decode, more)
      if ok and type(read) == 'table' then
        about = type(read.holder) == 'string' and read.holder or type(read.improvement) == 'string' and read.improvement or ''
      end
    end
    for _, fact in ipairs({entry[1], facts.actor or '', facts.action or '', facts.subject or '', about}) do all[#all + 1] = fact end
  elseif string.sub(facts.by or '', 1, 7) == 'person:' then
    local id = facts.improvement or ''
    for _, fact in ipairs({entry[1], facts.by, 'improvement.' .. (facts.to or ''), id, id}) do all[#all + 1] = fact end
  end
end
return all
`;
