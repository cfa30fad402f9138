-- Headers that every answer has, whoever made it. lighttpd refuses a broken request
-- before it looks at the configuration for its path, so mod_setenv never sees those;
-- this hook sees all. What a program has set stays as it is.
local r = lighty.r
local header = r.resp_header

-- Off until somebody asks for it: see HSTS_MAX_AGE in .env.example.
local hsts = os.getenv("HSTS_MAX_AGE")
if hsts and hsts ~= "" and r.req_attr["uri.scheme"] == "https" then
	header["Strict-Transport-Security"] = "max-age=" .. hsts
end

-- The programs name each request, and set all of this themselves.
if header["X-Request-Id"] then
	return 0
end
header["X-Content-Type-Options"] = "nosniff"
if not header["Content-Security-Policy"] then
	header["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
end

-- What they have not seen gets its name here.
local id = r.req_header["X-Request-Id"]
if not (id and #id <= 64 and id:match("^[%w._-]+$")) then
	id = ""
	for _ = 1, 4 do
		id = id .. string.format("%08x", lighty.c.rand() & 0xffffffff)
	end
end
header["X-Request-Id"] = id

local status = r.req_item["http_status"] or 0
if status >= 400 then
	header["Cache-Control"] = "no-store"
	if status == 503 then
		header["Retry-After"] = "1"
	end
	if header["Content-Type"] == "application/problem+json" then
		local body = r.resp_body.get
		if body and body:find("}", 1, true) then
			body = body:gsub("}%s*$", ',"request_id":"' .. id .. '"}\n')
			header["Content-Length"] = tostring(#body)
			r.resp_body:set({ body })
			return status
		end
	end
end
return 0
