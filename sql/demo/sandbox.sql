-- The books of the provider's sandbox, as they must be for the payments and
-- refunds in the tables: one JSON object a line, the oldest first. The sandbox
-- reads them at its start; see tests/fakes/razorpay_state.h.
select line
from (
	select created_at as at, 0 as step, provider_order_id as id, json_build_object(
		't', 'order', 'id', provider_order_id, 'amount', amount, 'receipt', receipt,
		'notes', '[]', 'at', extract(epoch from created_at)::bigint) as line
	from payment
	where provider = 'razorpay'
	and provider_order_id is not null
	union all
	select coalesce(p.captured_at, p.updated_at), 1, p.provider_payment_id, json_build_object(
		't', 'payment', 'id', p.provider_payment_id, 'order', o.provider_order_id,
		'method', case when p.method in ('upi', 'card', 'netbanking', 'wallet')
			then p.method else 'upi' end,
		'status', case when p.status = 'failed' then 'failed' else 'authorized' end,
		'at', extract(epoch from coalesce(p.captured_at, p.updated_at))::bigint)
	from payment p
	join lateral (
		-- A second payment of an order has none of its own.
		select x.provider_order_id
		from payment x
		where x.order_id = p.order_id
		and x.provider_order_id is not null
		order by x.id = p.id desc
		limit 1) o on true
	where p.provider = 'razorpay'
	and p.provider_payment_id is not null
	union all
	select captured_at, 2, provider_payment_id, json_build_object(
		't', 'capture', 'id', provider_payment_id)
	from payment
	where provider = 'razorpay'
	and captured_amount > 0
	union all
	select coalesce(r.processed_at, r.created_at), 3, r.provider_refund_id, json_build_object(
		't', 'refund', 'id', r.provider_refund_id, 'payment', p.provider_payment_id,
		'amount', r.amount,
		'status', case r.status when 'processed' then 'processed' when 'failed' then 'failed'
			else 'pending' end,
		'optimum', false, 'receipt', r.gateway_key, 'notes', '[]', 'key', r.gateway_key,
		'at', extract(epoch from coalesce(r.processed_at, r.created_at))::bigint)
	from refund r
	join payment p on p.id = r.payment_id
	where p.provider = 'razorpay'
	and r.provider_refund_id is not null
) books
order by at, step, id;
