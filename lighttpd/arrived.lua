-- Notes when a request came, for the pools whose processes may all be busy: what it
-- waits here counts against the time it has. The programs read it as ARRIVED_US.
local seconds, nanoseconds = lighty.c.hrtime()
lighty.r.req_env["ARRIVED_US"] = string.format("%.0f", seconds * 1000000 + math.floor(nanoseconds / 1000))
return 0
