-- What holds at every committed moment, the provider's word for INV11 a moment
-- later. Each query must return no row; a query begins with "-- INV" and a title.
-- tests/invariants runs them, by one snapshot each: "make invariants" on the
-- instance that runs, tests/api/harness.mjs after each file of tests. How each can
-- fail is shown by tests/api/invariants.test.mjs.

-- INV1 stock: what is on hand covers what is reserved, and that is what orders hold
select s.variant_id, s.on_hand, s.reserved, coalesce(h.held, 0) as held
from stock s
left join (
    select variant_id, sum(quantity) as held
    from reservation
    where state = 'held'
    group by variant_id
) h on h.variant_id = s.variant_id
where s.on_hand < 0
or s.reserved < 0
or s.reserved > s.on_hand
or s.reserved <> coalesce(h.held, 0);

-- INV1 stock: held for an order that holds nothing any more, or not held by a live one
select r.order_item_id, r.state, o.status as order_status, so.status
from reservation r
join order_item i on i.id = r.order_item_id
join seller_order so on so.id = i.seller_order_id
join orders o on o.id = r.order_id
where (r.state = 'held' and so.status in ('shipped', 'delivered', 'cancelled'))
or (r.state <> 'held' and so.status in ('pending_payment', 'pending', 'confirmed', 'packed'));

-- INV1 stock: a line without its reservation
select i.id
from order_item i
left join reservation r on r.order_item_id = i.id
where r.order_item_id is null
or r.quantity <> i.quantity
or r.variant_id <> i.variant_id;

-- INV1 stock: the product's in_stock is what its variants say
select p.id, p.in_stock
from product p
where p.in_stock <> exists (
    select
    from variant v
    join stock s on s.variant_id = v.id
    where v.product_id = p.id
    and v.is_active
    and s.on_hand > s.reserved);

-- INV2 ledger: every journal balances
select journal_id, sum(amount) as sum
from posting
group by journal_id
having sum(amount) <> 0;

-- INV2 ledger: every currency balances
select j.currency, sum(p.amount) as sum
from posting p
join journal j on j.id = p.journal_id
group by j.currency
having sum(p.amount) <> 0;

-- INV3 one effect for a key
select 'orders' as what, idem_principal, idem_key, count(*) as effects
from orders where idem_key is not null group by 2, 3 having count(*) > 1
union all
select 'payment', idem_principal, idem_key, count(*)
from payment where idem_key is not null group by 2, 3 having count(*) > 1
union all
select 'refund', idem_principal, idem_key, count(*)
from refund where idem_key is not null group by 2, 3 having count(*) > 1
union all
select 'settlement', idem_principal, idem_key, count(*)
from settlement where idem_key is not null group by 2, 3 having count(*) > 1;

-- INV4 a payment of the gateway belongs to one payment
select provider, provider_payment_id, count(*) as payments
from payment
where provider_payment_id is not null
group by provider, provider_payment_id
having count(*) > 1;

-- INV4 an order has one capture that neither was paid back nor is about to be
select order_id, count(*) as captures
from payment
where captured_amount > refund_reserved
group by order_id
having count(*) > 1;

-- INV5 refunds stay within what was captured
select p.id, p.captured_amount, sum(r.amount) as refunds
from payment p
join refund r on r.payment_id = p.id
where r.status in ('approved', 'processing', 'processed')
group by p.id
having sum(r.amount) > p.captured_amount;

-- INV5 refunded quantities stay within what was ordered
select i.id, i.quantity, i.refunded_quantity, coalesce(sum(ri.quantity), 0) as refunded
from order_item i
left join (refund_item ri join refund r on r.id = ri.refund_id
    and r.status in ('approved', 'processing', 'processed')) on ri.order_item_id = i.id
group by i.id
having i.refunded_quantity > i.quantity
or coalesce(sum(ri.quantity), 0) > i.quantity;

-- INV5 what payments and lines say of refunds is what the refunds say
select p.id, p.refund_reserved, p.refunded_amount, r.promised, r.done
from payment p
cross join lateral (
    select coalesce(sum(amount), 0) as promised,
        coalesce(sum(amount) filter (where status = 'processed'), 0) as done
    from refund
    where payment_id = p.id
    and status in ('approved', 'processing', 'processed')
) r
where p.refund_reserved <> r.promised
or p.refunded_amount <> r.done;

-- INV5 lines: amounts, units, and with the last paisa all commission and all tax
select i.id, i.refunded_amount, i.refunded_quantity, r.amount, r.quantity, r.commission, r.tax
from order_item i
cross join lateral (
    select coalesce(sum(t.amount), 0) as amount, coalesce(sum(t.quantity), 0) as quantity,
        coalesce(sum(t.commission_reversed), 0) as commission,
        coalesce(sum(t.tax_reversed), 0) as tax
    from refund_item t
    join refund f on f.id = t.refund_id
    where t.order_item_id = i.id
    and f.status in ('approved', 'processing', 'processed')
) r
where i.refunded_amount <> r.amount
or i.refunded_quantity <> r.quantity
or r.commission > i.commission_amount
or r.tax > i.tax_total
or (r.amount = i.line_total - i.discount + i.shipping
    and (r.commission <> i.commission_amount or r.tax <> i.tax_total));

-- INV5 a refund of lines is the sum of them
select r.id, r.amount, sum(t.amount) as lines
from refund r
join refund_item t on t.refund_id = r.id
group by r.id
having r.amount <> sum(t.amount);

-- INV6 what sellers are owed is the same in the ledger and in the earnings
select seller_id, account, sum(amount) as difference
from (
    select e.seller_id, case when e.matured_at is null then 'seller_pending'
        else 'seller_payable' end as account, e.amount
    from earning e
    left join settlement s on s.id = e.settlement_id
    where s.status is distinct from 'paid'
    union all
    select seller_id, account, amount
    from posting
    where seller_id is not null
) owed
group by seller_id, account
having sum(amount) <> 0;

-- INV6 a settlement is the sum of its lines
select s.id, s.net, coalesce(sum(e.amount), 0) as lines
from settlement s
left join earning e on e.settlement_id = s.id
where s.status in ('requested', 'processing', 'paid')
group by s.id
having s.net - s.adjustments <> coalesce(sum(e.amount), 0);

-- INV6 each sum of a settlement is that of its lines
select s.id, s.gross, s.commission, s.refunds, l.gross as sales, l.commission as fees, l.refunds as back
from settlement s
cross join lateral (
    select coalesce(sum(e.gross) filter (where e.refund_id is null), 0) as gross,
        coalesce(sum(e.commission), 0) as commission,
        coalesce(-sum(e.gross) filter (where e.refund_id is not null), 0) as refunds
    from earning e
    where e.settlement_id = s.id
) l
where s.status in ('requested', 'processing', 'paid')
and (s.gross <> l.gross or s.commission <> l.commission or s.refunds <> l.refunds);

-- INV6 only what matured is settled, and a rejected settlement holds nothing
select e.id, e.settlement_id, s.status
from earning e
join settlement s on s.id = e.settlement_id
where e.matured_at is null
or s.status in ('rejected', 'failed');

-- INV6 paid is what was transferred, once
select s.id, s.status, s.net, coalesce(sum(-p.amount), 0) as transferred
from settlement s
left join (journal j join posting p on p.journal_id = j.id and p.account = 'bank')
    on j.kind = 'settlement' and j.ref = s.id::text
group by s.id
having coalesce(sum(-p.amount), 0) <> case s.status when 'paid' then s.net else 0 end;

-- INV10 settlements: no decision of an administrator without its entry
select s.id, s.status
from settlement s
where s.status in ('paid', 'rejected')
and not exists (
    select
    from audit_log a
    where a.entity = 'settlement'
    and a.entity_id = s.id::text
    and a.action = case s.status when 'paid' then 'settlement.pay' else 'settlement.reject' end);
-- INV6 what a sub-order or a refund earned is in one live settlement, once
select e.seller_order_id, e.refund_id, count(*) as lines
from earning e
join settlement s on s.id = e.settlement_id
where s.status in ('requested', 'processing', 'paid')
group by e.seller_order_id, e.refund_id
having count(*) > 1;

-- INV6 a live settlement holds matured lines, and its own seller's
select e.id, e.settlement_id, e.seller_id, s.seller_id as settled_for, e.matured_at
from earning e
join settlement s on s.id = e.settlement_id
where s.status in ('requested', 'processing', 'paid')
and (e.seller_id <> s.seller_id or e.matured_at is null);

-- INV6 settlements never came to more than what had matured by then, less refunds
-- A minute is for what commits at the same time.
select s.id, s.seller_id, p.settled, m.matured
from settlement s
cross join lateral (
    select sum(x.net - x.adjustments)::bigint as settled
    from settlement x
    where x.seller_id = s.seller_id
    and x.status in ('requested', 'processing', 'paid')
    and x.requested_at <= s.requested_at
) p
cross join lateral (
    select coalesce(sum(e.amount), 0)::bigint as matured
    from earning e
    where e.seller_id = s.seller_id
    and e.matured_at is not null
    and greatest(e.matured_at, e.created_at) <= s.requested_at
        + case when e.amount > 0 then 1 else -1 end * interval '1 minute'
) m
where s.status in ('requested', 'processing', 'paid')
and p.settled > m.matured;

-- INV7 a line is price by quantity, and its tax lies inside
select id
from order_item
where line_total <> unit_price * quantity
or tax_total <> cgst + sgst + igst
or (igst > 0 and cgst + sgst > 0)
or cgst - sgst not in (0, 1)
or tax_total <> ((line_total - discount) * tax_rate_bps * 2 + 10000 + tax_rate_bps)
    / (2 * (10000 + tax_rate_bps));

-- INV7 a sub-order is the sum of its lines
select so.id, so.subtotal, so.total, so.tax_total
from seller_order so
left join order_item i on i.seller_order_id = so.id
group by so.id
having so.subtotal <> coalesce(sum(i.line_total), 0)
or so.discount_total <> coalesce(sum(i.discount), 0)
or so.total <> so.subtotal - so.discount_total + so.shipping_total
or so.commission_total <> coalesce(sum(i.commission_amount), 0)
or so.tax_total < coalesce(sum(i.tax_total), 0);

-- INV7 an order is the sum of its sub-orders
select o.id, o.subtotal, o.total, o.tax_total
from orders o
left join seller_order so on so.order_id = o.id
group by o.id
having o.subtotal <> coalesce(sum(so.subtotal), 0)
or o.discount_total <> coalesce(sum(so.discount_total), 0)
or o.shipping_total <> coalesce(sum(so.shipping_total), 0)
or o.tax_total <> coalesce(sum(so.tax_total), 0)
or o.total <> coalesce(sum(so.total), 0)
or o.total <> o.subtotal - o.discount_total + o.shipping_total;

-- INV7 commission is its rate of what the buyer pays, half up
select id, line_total - discount as paid, commission_rate_bps, commission_amount
from order_item
where commission_amount <> ((line_total - discount) * commission_rate_bps * 2 + 10000) / 20000;

-- INV7 what sellers earn and the commission make up what was captured
select p.order_id, p.captured_amount, coalesce(sum(e.gross), 0) as earned
from payment p
join orders o on o.id = p.order_id
left join (seller_order so join earning e on e.seller_order_id = so.id
    and e.refund_id is null) on so.order_id = o.id
where p.captured_amount > 0
-- Money that came twice or too late is the buyer's, and no seller earns of it.
and not exists (select from journal j where j.kind = 'stray_capture' and j.ref = p.id::text)
group by p.id
having p.captured_amount <> coalesce(sum(e.gross), 0)
or coalesce(sum(e.gross), 0) <> coalesce(sum(e.amount + e.commission), 0);

-- INV7 the shipping of a sub-order lies in its lines
select so.id, so.shipping_total, sum(i.shipping) as lines
from seller_order so
join order_item i on i.seller_order_id = so.id
group by so.id
having so.shipping_total <> sum(i.shipping);
-- INV8 webhooks: none waits for more than five minutes
select id, event_type, received_at, attempts, note
from webhook_event
where state = 'received'
and received_at < now() - interval '5 minutes';

-- INV8 webhooks: none is applied twice: a payment is booked once, and so is a refund
select p.provider_payment_id as provided, count(*) as journals
from payment p
join journal j on j.ref = p.id::text
where p.provider_payment_id is not null
and j.kind in ('capture', 'stray_capture')
group by p.provider_payment_id
having count(*) > 1
union all
select r.provider_refund_id, count(*)
from refund r
join journal j on j.ref = r.id::text
where r.provider_refund_id is not null
and j.kind = 'refund'
group by r.provider_refund_id
having count(*) > 1;

-- INV8 webhooks: what is applied has its time, and nothing else has
select id, state, applied_at
from webhook_event
where (state = 'applied') <> (applied_at is not null);

-- INV9 orders: steps that do not exist
select e.id, e.order_id, e.from_status, e.status
from order_event e
where e.seller_order_id is null
and (coalesce(e.from_status, ''), e.status) not in (
    ('', 'pending_payment'), ('', 'confirmed'),
    ('pending_payment', 'confirmed'), ('pending_payment', 'cancelled'),
    ('confirmed', 'processing'), ('confirmed', 'cancelled'),
    ('processing', 'confirmed'), ('processing', 'shipped'), ('processing', 'delivered'),
    ('processing', 'cancelled'),
    ('shipped', 'delivered'),
    -- Money that comes for an order cancelled meanwhile brings it back.
    ('cancelled', 'confirmed'));

-- INV9 sub-orders: steps that do not exist
select e.id, e.seller_order_id, e.from_status, e.status
from order_event e
where e.seller_order_id is not null
and (coalesce(e.from_status, ''), e.status) not in (
    ('', 'pending_payment'), ('', 'pending'),
    ('pending_payment', 'pending'), ('pending_payment', 'cancelled'),
    ('pending', 'confirmed'), ('pending', 'cancelled'),
    ('confirmed', 'packed'), ('confirmed', 'cancelled'),
    ('packed', 'shipped'), ('packed', 'cancelled'),
    ('shipped', 'delivered'),
    ('cancelled', 'pending'));

-- INV9 orders: the history ends where the order is
select o.id, o.status, e.status as last
from orders o
left join lateral (
    select status
    from order_event
    where order_id = o.id
    and seller_order_id is null
    order by at desc, id desc
    limit 1
) e on true
where e.status is distinct from o.status;

-- INV9 sub-orders: the history ends where the sub-order is
select s.id, s.status, e.status as last
from seller_order s
left join lateral (
    select status
    from order_event
    where order_id = s.order_id
    and seller_order_id = s.id
    order by at desc, id desc
    limit 1
) e on true
where e.status is distinct from s.status;

-- INV9 sub-orders: the order's status follows from theirs
select o.id, o.status
from orders o
join lateral (
    select count(*) as all_of_them,
        count(*) filter (where status = 'cancelled') as cancelled,
        count(*) filter (where status in ('packed', 'shipped', 'delivered')) as under_way,
        count(*) filter (where status in ('shipped', 'delivered')) as shipped,
        count(*) filter (where status = 'delivered') as delivered
    from seller_order
    where order_id = o.id
) s on true
where o.status <> case
    when s.cancelled = s.all_of_them then 'cancelled'
    when s.delivered = s.all_of_them - s.cancelled then 'delivered'
    when s.shipped = s.all_of_them - s.cancelled then 'shipped'
    when s.under_way > 0 then 'processing'
    when o.status = 'pending_payment' then 'pending_payment'
    else 'confirmed' end;

-- INV13 ratings: a product's are those of its published reviews
select p.id, p.rating_sum, p.rating_count, r.rating_sum as sum, r.rating_count as count
from product p
join (
    select product_id,
        coalesce(sum(rating) filter (where status = 'published'), 0) as rating_sum,
        count(*) filter (where status = 'published') as rating_count
    from review
    group by product_id
) r on r.product_id = p.id
where p.rating_sum <> r.rating_sum
or p.rating_count <> r.rating_count;

-- INV14 sellers: nothing of a suspended store is on sale
select p.id, p.seller_id
from product p
join seller s on s.id = p.seller_id
where s.status = 'suspended'
and p.seller_active;

-- INV14 sellers: the PAN stands inside the GSTIN, of both that are in force
select id
from seller
where substr(gstin, 3, 10) <> pan;

-- INV15 figures: what a month sold is what its days sold
select m.seller_id, m.month, m.product_id, m.units, m.revenue, d.units as units_of_days,
    d.revenue as revenue_of_days
from product_month m
full join (
    select seller_id, product_id, sum(units) as units, sum(revenue) as revenue,
        date_trunc('month', date '1970-01-01' + day)::date - date '1970-01-01' as month
    from product_day
    group by seller_id, product_id, date_trunc('month', date '1970-01-01' + day)
) d on d.seller_id = m.seller_id and d.product_id = m.product_id and d.month = m.month
where (m.units, m.revenue) is distinct from (d.units, d.revenue);

-- INV10 the chain of the audit trail is whole
select seq
from audit_broken() as seq;

-- INV10 what was found whole once is there as it was
select c.seq
from audit_checkpoint c
left join audit_log a on a.seq = c.seq and a.hash = c.hash
where a.seq is null;

-- INV10 refunds: no decision of an administrator without its entry
select r.id, r.source, r.status
from refund r
where (r.source = 'admin' or r.status = 'rejected')
and not exists (
    select
    from audit_log a
    where a.entity = 'refund'
    and a.entity_id = r.id::text
    and a.action = case when r.status = 'rejected' then 'refund.reject' else 'refund.open' end);

-- INV10 requests: none is granted without an entry; what buyers cancel needs none
select r.id, r.status, o.status as order_status
from refund r
join orders o on o.id = r.order_id
where r.source = 'buyer'
and r.status not in ('requested', 'rejected')
and o.status <> 'cancelled'
and not exists (
    select
    from audit_log a
    where a.entity = 'refund'
    and a.entity_id = r.id::text
    and a.action = 'refund.grant');

-- INV10 commission: no rate of an administrator without its entry, or its store's
select r.id, r.scope, r.rate_bps
from commission_rate r
where r.set_by is not null
and not exists (
    select
    from audit_log a
    where (a.entity = 'commission_rate' and a.entity_id = r.id::text and a.action = 'commission.set')
    or (a.entity = 'seller' and a.entity_id = r.seller_id::text and a.action = 'seller.approve'));

-- INV11 two-sided: the provider's sandbox took and gave back what the ledger says
select b.name, b.amount as there, coalesce(l.amount, 0) as here
-- Of tests/invariants: empty where the provider is not the sandbox.
from sandbox_book b
left join (
    select case when j.kind in ('capture', 'stray_capture') then 'captured' else 'refunded' end
            as name,
        sum(case when j.kind in ('capture', 'stray_capture') then p.amount else -p.amount end)
            as amount
    from posting p
    join journal j on j.id = p.journal_id
    where p.account = 'gateway_clearing'
    and j.kind in ('capture', 'stray_capture', 'refund', 'refund_failed')
    group by 1
) l on l.name = b.name
where b.amount <> coalesce(l.amount, 0);

-- INV12 idempotency: no key is open for more than five minutes where the completer runs
select principal, key, created_at, recovery
from idempotency_key
where state = 'started'
and created_at < now() - interval '5 minutes'
and exists (
    select
    from job
    where name = 'complete'
    and ok_at > now() - interval '3 minutes');
