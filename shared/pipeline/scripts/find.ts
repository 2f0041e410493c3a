/**
 * The search index. `school:find` (HASH) says which generation of it is in use, up to which entry of the event stream it
 * has followed, and whether it is still being filled. One generation, all keys below `school:find:<generation>:`:
 *   docs        HASH  improvement -> number|facts, the facts as tokens separated by 0x1F; @ is the moment of creation
 *   ids         HASH  number -> improvement
 *   names       ZSET  improvements, all of score 0: beginnings of an id
 *   words       ZSET  words, all of score 0: beginnings of a word
 *   created, moved  ZSET  the days on which any improvement was created or last moved, all of score 0
 *   at:<token>  STRING  the numbers of the improvements that have, or once had, this word or fact, 4 bytes each, little
 *               endian. Four bytes where a SET takes sixty; a number may occur twice.
 * Nothing here is true by itself: facts are compared again with docs, and everything can be made anew from the records.
 */

/** post: ARGV prefix, generation, then per improvement: id, facts (joined by 0x1F), count, word, … */
export const postScript = `
local DAYS = {d = 'created', u = 'moved'}
local base = ARGV[1] .. 'school:find:' .. ARGV[2] .. ':'
local function tokens(joined)
  local all = {}
  for token in string.gmatch(joined, '[^\\31]+') do all[#all + 1] = token end
  return all
end
local cursor = 3
while cursor <= #ARGV do
  local id, facts, count = ARGV[cursor], ARGV[cursor + 1], tonumber(ARGV[cursor + 2])
  local known = redis.call('HGET', base .. 'docs', id)
  local number, had = nil, {}
  if known then
    local head, old = string.match(known, '^(%d+)|(.*)$')
    number = tonumber(head)
    for _, token in ipairs(tokens(old)) do had[token] = true end
  else
    number = redis.call('HLEN', base .. 'ids')
    redis.call('HSET', base .. 'ids', number, id)
    redis.call('ZADD', base .. 'names', 0, id)
  end
  local bytes = struct.pack('<I4', number)
  if not known then
    for i = cursor + 3, cursor + 2 + count do
      if redis.call('APPEND', base .. 'at:w:' .. ARGV[i], bytes) == 4 then redis.call('ZADD', base .. 'words', 0, ARGV[i]) end
    end
  end
  for _, token in ipairs(tokens(facts)) do
    local letter = string.sub(token, 1, 1)
    if letter ~= '@' and not had[token] and redis.call('APPEND', base .. 'at:' .. token, bytes) == 4 and DAYS[letter] then
      redis.call('ZADD', base .. DAYS[letter], 0, string.sub(token, 3))
    end
  end
  redis.call('HSET', base .. 'docs', id, number .. '|' .. facts)
  cursor = cursor + 3 + count
end
return redis.call('HLEN', base .. 'docs')
`;

/** renew: ARGV prefix, generation that is given up ('' for none), new one, checkpoint. 0: somebody else was first. */
export const renewScript = `
local key = ARGV[1] .. 'school:find'
if (redis.call('HGET', key, 'generation') or '') ~= ARGV[2] then return 0 end
redis.call('DEL', key)
redis.call('HSET', key, 'generation', ARGV[3], 'checkpoint', ARGV[4])
return 1
`;

/** standing: ARGV prefix, id, …  Per id its status and its score in the index of that status; '' and '' for no record. */
export const standingScript = `
local all = {}
for i = 2, #ARGV do
  local key = ARGV[1] .. 'improvement:' .. ARGV[i]
  local status = redis.call('TYPE', key).ok == 'hash' and redis.call('HGET', key, 'status')
  local score = status and redis.call('ZSCORE', ARGV[1] .. 'improvements:' .. status, ARGV[i])
  all[#all + 1] = score and status or ''
  all[#all + 1] = score or ''
end
return all
`;

/** lines: ARGV prefix, count, field, …, id, …  One JSON text: per id its fields (false: it has none such), or false. */
export const linesScript = `
local count, fields, all = tonumber(ARGV[2]), {}, {}
for i = 3, 2 + count do fields[#fields + 1] = ARGV[i] end
for i = 3 + count, #ARGV do
  local key = ARGV[1] .. 'improvement:' .. ARGV[i]
  all[#all + 1] = redis.call('TYPE', key).ok == 'hash' and redis.call('HMGET', key, unpack(fields))
end
return #all == 0 and '[]' or cjson.encode(all)
`;
