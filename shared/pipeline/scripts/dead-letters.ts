/**
 * Scripts about dead letters. A letter may hold a source of megabytes, so lists get its facts only. Its identity is the
 * SHA-1 of the entry as it lies in the list: it holds the moment of death, and changes with nothing else.
 */
import { prelude } from "./prelude.ts";

const functions = `
-- What comes before the event or the text: stage, reason, attempts, moment. Quotes inside a reason are escaped, so the
-- first of these is the field.
local function headOf(entry)
  local at = string.find(entry, ',"event":', 1, true) or string.find(entry, ',"raw":', 1, true)
  return at and string.sub(entry, 1, at - 1) .. '}' or '', at and string.sub(entry, at + 1, at + 8) == '"event":' and string.sub(entry, at + 9, -2) or nil
end
-- From the oldest on: whoever takes all of them takes that one first. Few at once, because one may be of megabytes.
local function letterOf(list, letter)
  for to = redis.call('LLEN', list) - 1, 0, -4 do
    local some = redis.call('LRANGE', list, math.max(0, to - 3), to)
    for i = #some, 1, -1 do if redis.sha1hex(some[i]) == letter then return some[i] end end
  end
end
`;

/**
 * letters: ARGV stage, first, count. From the newest on, per letter: its identity, its size in bytes, its facts as JSON,
 * and of its event the id, the type and the improvement ('' for none). Before them the length of the list.
 */
const lettersScript = `
local stage, first, most = arg(), tonumber(arg()), tonumber(arg())
local list = queue(stage) .. ':dead'
local all = {redis.call('LLEN', list)}
local function text(value) return type(value) == 'string' and string.sub(value, 1, 300) or '' end
for from = first, first + most - 1, 4 do
  local some = redis.call('LRANGE', list, from, math.min(from + 3, first + most - 1))
  for _, entry in ipairs(some) do
    local head, event = headOf(entry)
    local ok, decoded = pcall(cjson.decode, event or '')
    decoded = ok and type(decoded) == 'table' and decoded or {}
    local data = type(decoded.data) == 'table' and decoded.data or {}
    for _, fact in ipairs({redis.sha1hex(entry), #entry, head, text(decoded.id), text(decoded.type), text(data.id)}) do all[#all + 1] = fact end
  end
  if #some < 4 then break end
end
return all
`;

/** letter: ARGV stage, identity. The entry, or nothing. */
const letterScript = `
local stage, letter = arg(), arg()
return letterOf(queue(stage) .. ':dead', letter)
`;

/**
 * discard: ARGV stage, identity, actor, reason, most kept, most bytes kept. The letter goes to the history; the trail of
 * an improvement that stays dead says so. Returns {'ok', improvement} or {'refused', why}.
 */
const discardScript = `
local stage, letter, actor, reason, most, bytes = arg(), arg(), arg(), arg(), tonumber(arg()), tonumber(arg())
local list, history = queue(stage) .. ':dead', P .. 'school:discarded'
local entry = letterOf(list, letter)
if not entry then return {'refused', 'this dead letter is gone already'} end
redis.call('LLEN', history)
local head, event = headOf(entry)
local id = ''
if event then local _, about = identify(event); id = about or '' end
local status = id ~= '' and statusOf(id)
if status == 'dead' then probeStreams(); redis.call('XLEN', record(id) .. ':trail') end
redis.call('LREM', list, 1, entry)
local kept = #entry <= bytes and entry or string.sub(entry, 1, bytes)
redis.call('LPUSH', history, '{"letter":' .. cjson.encode(letter) .. ',"stage":' .. cjson.encode(stage) .. ',"at":"' .. nowIso .. '","by":' .. cjson.encode(actor)
  .. ',"reason":' .. cjson.encode(reason) .. ',"bytes":' .. #entry .. ',"entry":' .. cjson.encode(kept) .. '}')
redis.call('LTRIM', history, 0, most - 1)
if status == 'dead' then log(id, status, status, actor, 'its dead letter was discarded: ' .. reason, '') end
return {'ok', id}
`;

export const deadLetterScripts = {
  schoolLetters: prelude + functions + lettersScript,
  schoolLetter: prelude + functions + letterScript,
  schoolDiscard: prelude + functions + discardScript,
} as const;
