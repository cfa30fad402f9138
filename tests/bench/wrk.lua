-- wrk's side of tests/bench: BENCH_PATHS names a file of paths to ask for, one
-- after the other; BENCH_HEADERS holds headers, "Name: value" a line. The result
-- is one line of JSON; times are microseconds.
local file = os.getenv("BENCH_PATHS")
for name, value in (os.getenv("BENCH_HEADERS") or ""):gmatch("([^:\n]+): ([^\n]*)") do
	wrk.headers[name] = value
end

if file then
	local requests, at = {}, 0
	function init()
		for path in io.lines(file) do
			requests[#requests + 1] = wrk.format("GET", path)
		end
	end
	function request()
		at = at % #requests + 1
		return requests[at]
	end
end

function done(summary, latency)
	local e = summary.errors
	io.write(string.format(
		'\n{"requests":%d,"seconds":%.3f,"p50":%d,"p99":%d,"max":%d,"failed":%d}\n',
		summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99), latency.max,
		e.connect + e.read + e.write + e.status + e.timeout))
end
