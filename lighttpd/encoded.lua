-- Sends the .br or .gz that scripts/precompress.mjs put beside a file, where the
-- caller takes it. Vary stands on the plain answer too, and on a 304, or a cache
-- between would hand one caller's coding to another.
local r = lighty.r
local types = {
	html = "text/html; charset=utf-8",
	css = "text/css; charset=utf-8",
	js = "text/javascript; charset=utf-8",
	json = "application/json",
	svg = "image/svg+xml",
}

local path = r.req_attr["physical.path"]
if path:sub(-1) == "/" then
	path = path .. "index.html"
end
local kind = types[path:match("%.(%l+)$") or ""]
if not kind or not lighty.c.stat(path .. ".br") then
	return 0
end
r.resp_header["Vary"] = "Accept-Encoding"

-- "br;q=0" refuses it; other weights do not matter between two that are both smaller.
local taken = {}
for name, weight in (r.req_header["Accept-Encoding"] or ""):lower():gmatch("([^%s,;]+)([^,]*)") do
	taken[name] = not weight:match("^%s*;%s*q%s*=%s*0%.?0*%s*$")
end
for _, coding in ipairs({ { "br", ".br" }, { "gzip", ".gz" } }) do
	if taken[coding[1]] and lighty.c.stat(path .. coding[2]) then
		r.req_attr["physical.path"] = path .. coding[2]
		r.resp_header["Content-Type"] = kind
		r.resp_header["Content-Encoding"] = coding[1]
		return 0
	end
end
return 0
