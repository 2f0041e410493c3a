/**
 * outcome: appends one row to the outcomes, once however often it comes. ARGV: prefix, row ('' for one without a name), n,
 * field, value, … Returns 1 when it was appended.
 */

/** An event that is tried for longer than this would append its row again; whoever reads rows goes by their names. */
const REMEMBERED_SECONDS = 30 * 86_400;

export const outcomeScript = `
local row, fields = arg(), args()
local known = P .. 'school:outcome:' .. row
probe('XLEN', P .. 'school:outcomes')
if row ~= '' and redis.call('EXISTS', known) == 1 then return 0 end
redis.call('XADD', P .. 'school:outcomes', '*', unpack(fields))
if row ~= '' then redis.call('SET', known, 1, 'EX', ${REMEMBERED_SECONDS}) end
return 1
`;
