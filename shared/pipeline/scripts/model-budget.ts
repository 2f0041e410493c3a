/**
 * reserve, settle and spending: what models cost today (UTC, by Redis's clock). HASH school:models:spent:<days since 1970>:
 * `micros` and `tokens` of all, `micros:<payer>` and `tokens:<payer>` of each, kept for a week. STRING
 * school:models:reserved:<id>: `<day> <micros> <tokens> <payer>`. A reservation is spent from the start, so that nobody can
 * spend it again; settling takes back what was too much, and what nobody settles stays.
 */
const DAY_MS = 86_400_000;
const KEPT_DAYS = 8;

const functions = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local day = math.floor(now / ${DAY_MS})
local renews = (day + 1) * ${DAY_MS}
local function whole(number) return string.format('%.0f', number) end
local function spent(of) return ARGV[1] .. 'school:models:spent:' .. whole(of) end
local function reservation(id) return ARGV[1] .. 'school:models:reserved:' .. id end
local function add(of, payer, unit, number)
  redis.call('HINCRBY', spent(of), unit, whole(number))
  redis.call('HINCRBY', spent(of), unit .. ':' .. payer, whole(number))
end
`;

/**
 * ARGV: prefix, id, payer, micros, tokens, then the limits, '' for none: micros and tokens of all, micros and tokens of a payer.
 * Returns {'reserved'} or {'over', whose, unit, spent, limit, renewed at}.
 */
export const modelReserveScript = `${functions}
local id, payer = ARGV[2], ARGV[3]
local most = {micros = tonumber(ARGV[4]), tokens = tonumber(ARGV[5])}
local limits = {{'all', 'micros', '', ARGV[6]}, {'all', 'tokens', '', ARGV[7]},
  {'payer', 'micros', ':' .. payer, ARGV[8]}, {'payer', 'tokens', ':' .. payer, ARGV[9]}}
for _, entry in ipairs(limits) do
  local whose, unit, field, limit = entry[1], entry[2], entry[3], tonumber(entry[4])
  if limit then
    local already = tonumber(redis.call('HGET', spent(day), unit .. field) or '') or 0
    -- What costs nothing has nothing to do with money.
    if most[unit] > 0 and already + most[unit] > limit then
      return {'over', whose, unit, whole(already), whole(limit), whole(renews)}
    end
  end
end
for _, unit in ipairs({'micros', 'tokens'}) do add(day, payer, unit, most[unit]) end
redis.call('PEXPIRE', spent(day), ${KEPT_DAYS * DAY_MS})
redis.call('SET', reservation(id), whole(day) .. ' ' .. ARGV[4] .. ' ' .. ARGV[5] .. ' ' .. payer, 'PX', ${DAY_MS})
return {'reserved'}
`;

/** ARGV: prefix, id, micros, tokens. Returns 1 when there was something to settle. */
export const modelSettleScript = `${functions}
local text = redis.call('GET', reservation(ARGV[2]))
if not text then return 0 end
redis.call('DEL', reservation(ARGV[2]))
local of, micros, tokens, payer = string.match(text, '^(%d+) (%d+) (%d+) (.*)$')
if redis.call('EXISTS', spent(tonumber(of))) == 0 then return 0 end
add(tonumber(of), payer, 'micros', tonumber(ARGV[3]) - tonumber(micros))
add(tonumber(of), payer, 'tokens', tonumber(ARGV[4]) - tonumber(tokens))
return 1
`;

/** ARGV: prefix. Returns {start of the day, its end, the hash as a flat list}. */
export const modelSpendingScript = `${functions}
return {whole(day * ${DAY_MS}), whole(renews), redis.call('HGETALL', spent(day))}
`;
